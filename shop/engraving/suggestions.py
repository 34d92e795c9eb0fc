"""What can be done about words that cannot be engraved as they are: each way is a button, pressed or not.

A button is called INSTEAD; its value says what it does to the fields of the form, with a script or without.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from shop.engraving.chosen_face import HAND
from shop.engraving.faces import FACES
from shop.engraving.problems import MissingLetters, Problem
from shop.engraving.signs import MEANT, SELECTORS, SIGN_NAMES

INSTEAD: Final = "instead"

SIGN_LINE: Final = "sign-line"
"""The field that says which line a sign from the page of signs goes to the end of."""

_FACE: Final = "face"
_SIGN: Final = "sign"
_ADD: Final = "add"
_OFF: Final = "off"
_ARTWORK: Final = "artwork-"
_WORDS: Final = "engraving-"
_FACE_OF: Final = "face-"
_PLAIN: Final = "plain"
_PLAIN_KINDS: Final = ("<compat> ", "<wide> ", "<narrow> ")
"""Decompositions by which letters stay the same letters; one set high, or in a circle, means something."""
_MOST: Final = 5
"""Faces offered for one line: as many as there are for a Chinese name."""


class Suggestion(NamedTuple):
    """One button: its value, what stands on it, and the sign that is drawn there."""

    value: str
    label: str
    sign: str = ""


def suggestions(field: str, problem: Problem, *, alone: bool = False) -> tuple[Suggestion, ...]:
    """What the buyer can do about a field's words by pressing a button; nothing is changed before.

    `alone`: the line has a face of its own, and another is set for it alone.
    """
    if not isinstance(problem, MissingLetters):
        return ()
    unknown = any(letter.text not in MEANT for letter in problem.letters)
    drawn = unknown and not problem.faces_that_have
    by_hand = (Suggestion(f"{_FACE} {HAND}", "Have it drawn by hand"),) if drawn else ()
    able = [face for face in FACES.values() if face.name in problem.faces_that_have]
    of_line = f" {field.replace(_WORDS, _FACE_OF, 1)}" if alone else ""
    meant = [(letter.text, MEANT[letter.text]) for letter in problem.letters if letter.text in MEANT]
    return (
        *_written_plainly(field, problem),
        *(Suggestion(f"{_FACE} {face.slug}{of_line}", f"Set it in {face.name}") for face in able[:_MOST]),
        *(
            Suggestion(
                f"{_SIGN} {field} {typed} {sign}", f"Engrave this sign for {typed}: {SIGN_NAMES[sign]}", sign
            )
            for typed, sign in meant
        ),
        *by_hand,
    )


def _written_plainly(field: str, problem: MissingLetters) -> tuple[Suggestion, ...]:
    found = {letter.text: plain for letter in problem.letters if (plain := _plain(letter.text))}
    label = f"Write {', '.join(found.values())}"
    return (Suggestion(f"{_PLAIN} {field} {''.join(found)}", label),) if found else ()


def _plain(letter: str) -> str:
    """The plain letters that a ligature or a letter of another width stands for, or ""."""
    kept = len(letter) == 1 and unicodedata.decomposition(letter).startswith(_PLAIN_KINDS)
    plain = unicodedata.normalize("NFKC", letter) if kept else ""
    return plain if plain.isalnum() else ""


def taken(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form as the button that was pressed makes them; a strange value changes none."""
    fields = {name: text for name, text in form.items() if name != INSTEAD}
    line = fields.get(SIGN_LINE, "")
    match form.get(INSTEAD, "").split(" "):
        case [kind, slug] if kind == _FACE and (slug in FACES or slug == HAND):
            fields["face"] = slug
        case [kind, slug, line_face] if kind == _FACE and slug in FACES and line_face.startswith(_FACE_OF):
            fields[line_face] = slug
        case [kind, name, typed, sign] if (
            kind == _SIGN and MEANT.get(typed) == sign and _is_line(name, fields)
        ):
            fields[name] = re.sub(f"{typed}[{SELECTORS}]*", sign, fields[name])
        case [kind, name, letters] if kind == _PLAIN and _is_line(name, fields):
            plain = {ord(letter): _plain(letter) for letter in letters if _plain(letter)}
            fields[name] = fields[name].translate(plain)
        case [kind, sign] if kind == _ADD and sign in SIGN_NAMES and _is_line(line, fields):
            fields[line] += sign
        case [kind, name] if kind == _OFF and name.startswith(_ARTWORK):
            return {other: text for other, text in fields.items() if not f"{other}-".startswith(f"{name}-")}
    return fields


def _is_line(name: str, fields: Mapping[str, str]) -> bool:
    return name.startswith(_WORDS) and name in fields
