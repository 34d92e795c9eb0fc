"""Characters and letters: what can be seen, what belongs together, which faces have it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from shop.engraving.faces import FACES, GENERAL, Face, opened
from shop.engraving.harfbuzz import has_variant, places_marks
from shop.engraving.limits import MAX_CHARACTERS
from shop.engraving.problems import Letter, MissingLetters
from shop.engraving.scripts import binds, is_needed, names_of, script_of, scripts_of
from shop.engraving.signs import SELECTORS, SIGNS
from shop.text.typed_text import is_refused

_INVISIBLE: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Default_Ignorable_Code_Point characters of Unicode that are not of category Cf."""

_ON_DEMAND: Final = frozenset(script for face in FACES.values() for script in face.only_for)

_KEPT: Final = 256
"""Texts of which it is remembered whether a face has them: a drawing asks several times."""

_PLAIN: Final = "".join(map(chr, range(0x20, 0x7F)))

_CHOSEN: Final = re.compile(f"(?<=[{SIGNS}])[{SELECTORS}]")

_PLAIN_NAMES: Final = {"\n": "LINE BREAK", "\r": "LINE BREAK", "\t": "TAB", "\0": "NULL"}
"""Controls have no name in Unicode."""


def is_blank(text: str) -> bool:
    """Whether the text is empty or spaces only."""
    if text.isascii():
        return not text.strip(" ")
    return all(unicodedata.category(character) == "Zs" for character in text)


def breaks(text: str) -> tuple[Letter, ...]:
    """The controls, line breaks, surrogates, private characters and overrides in the text, each once."""
    return _once(character for character in text if is_refused(character))


def invisible(text: str) -> tuple[Letter, ...]:
    """The direction marks, joiners, selectors and the like in the text, each once.

    A selector after a heart or star is none of them: whoever chooses one on a telephone gets both. Nor is
    what a script needs; see is_needed.
    """
    chosen = _CHOSEN.sub("", text)
    return _once(
        character
        for at, character in enumerate(chosen)
        if _is_invisible(character) and not is_needed(chosen, at)
    )


def is_plain(face: Face, text: str) -> bool:
    """Whether the text is of plain letters that the face has: nothing else need be asked of it."""
    return text.isascii() and text.isprintable() and (_has_all_plain(face) or _simple(face).issuperset(text))


@cache
def _has_all_plain(face: Face) -> bool:
    """Whether the face has every character of ASCII that can be seen: most have."""
    return _simple(face).issuperset(_PLAIN)


@lru_cache(maxsize=_KEPT)
def missing(face: Face, text: str) -> tuple[Letter, ...]:
    """The letters of the text that the face cannot cut, each once, in the order of the text."""
    if _simple(face).issuperset(text):
        return ()
    return _once(letter for letter in split(_CHOSEN.sub("", text)) if not _has(face, letter))


def faces_with(texts: Iterable[str]) -> tuple[str, ...]:
    """The names of the faces that have every letter of all the texts."""
    wanted = tuple(texts)
    return tuple(face.name for face in offered(wanted) if not any(missing(face, text) for text in wanted))


def offered(texts: Iterable[str]) -> tuple[Face, ...]:
    """The faces to choose from for these texts: those for everyone, and those that their scripts ask for."""
    beyond = [text for text in texts if not text.isascii()]
    found = frozenset().union(*map(scripts_of, beyond))
    asked = found & _ON_DEMAND
    if not asked:
        return GENERAL
    special = [face for face in FACES.values() if asked.intersection(face.only_for)]
    whole = [face for face in special if asked.issubset(face.scripts)]
    return tuple(face for face in FACES.values() if not face.only_for or face in (whole or special))


def lacks(face: Face, letters: Iterable[Letter]) -> MissingLetters:
    """The problem of these letters: named one by one, or by their script when the face is not made for it."""
    found = [(letter, script_of(letter.text)) for letter in letters]
    foreign = dict.fromkeys(script for _, script in found if script and script not in face.scripts)
    single = [letter.shown for letter, script in found if script not in foreign]
    return MissingLetters(face.name, tuple(letter for letter, _ in found), (*single, *names_of(foreign)), ())


def split(text: str) -> list[str]:
    """The text in letters: each character with the marks that follow it, and what those bind to it.

    Invisible characters are left out, but for those that a script needs.
    """
    letters: list[str] = []
    for at, character in enumerate(text):
        needed = is_needed(text, at)
        if _is_invisible(character) and not needed:
            continue
        if letters and (needed or _is_mark(character) or _is_bound(letters[-1])):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def drawable(face: Face, typed: str) -> str:
    """All letters of the text, or none when one of them cannot be cut: part of a word is another word."""
    if len(typed) <= MAX_CHARACTERS and is_plain(face, typed):
        return typed
    text = unicodedata.normalize("NFC", typed) if len(typed) <= 4 * MAX_CHARACTERS else typed
    if len(text) > MAX_CHARACTERS:
        return ""
    if _simple(face).issuperset(text):
        return text
    return _all_or_none(face, text)


@lru_cache(maxsize=_KEPT)
def _all_or_none(face: Face, text: str) -> str:
    return "" if breaks(text) or missing(face, text) else "".join(split(_CHOSEN.sub("", text)))


@cache
def _simple(face: Face) -> frozenset[str]:
    """The letters that the face has whole: neither marks nor invisible. Most words are of these alone."""
    if face.only_for:
        return frozenset()  # they may have tens of thousands, of which a name has three
    return frozenset(
        letter
        for letter in map(chr, opened(face).characters)
        if face.has(letter) and not _is_mark(letter) and not _is_invisible(letter) and not breaks(letter)
    )


def _has(face: Face, letter: str) -> bool:
    seen = "".join(character for character in letter if not _is_invisible(character))
    if not all(map(face.has, seen)):
        return False
    if _is_mark(letter[0]):
        return False  # a mark with no letter under it has no place on the line
    if len(seen) == 1:
        return letter == seen or has_variant(face, letter)
    return places_marks(face, letter)


def _is_bound(letter: str) -> bool:
    """Whether the next letter is written as one with this, which ends in a virama or a joiner after one."""
    return binds(letter[-1]) or (len(letter) > 1 and is_needed(letter, len(letter) - 1) and binds(letter[-2]))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in _INVISIBLE


def _once(letters: Iterable[str]) -> tuple[Letter, ...]:
    return tuple(Letter(letter, _name(letter)) for letter in dict.fromkeys(letters))


def _name(letter: str) -> str:
    return ", ".join(_name_of(character) for character in letter)


def _name_of(character: str) -> str:
    return (
        _PLAIN_NAMES[character]
        if character in _PLAIN_NAMES
        else unicodedata.name(character, f"U+{ord(character):04X}")
    )
