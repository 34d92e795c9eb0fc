"""What can be done about words that cannot be engraved as they are: each way is a button, pressed or not.

A button is called INSTEAD; its value says what it does to the fields of the form, with a script or without.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from shop.engraving.faces import FACES
from shop.engraving.problems import MissingLetters, Problem

INSTEAD: Final = "instead"

_FACE: Final = "face"
_MOST: Final = 5
"""Faces offered for one line: as many as there are for a Chinese name."""


class Way(NamedTuple):
    """One button: its value, and what stands on it."""

    value: str
    label: str


def ways_out(problem: Problem) -> tuple[Way, ...]:
    """What the buyer can do about it by pressing a button; nothing is changed before."""
    if not isinstance(problem, MissingLetters):
        return ()
    able = [face for face in FACES.values() if face.name in problem.faces_that_have]
    return tuple(Way(f"{_FACE} {face.slug}", f"Set it in {face.name}") for face in able[:_MOST])


def taken(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form as the button that was pressed makes them; a strange value changes none."""
    fields = {name: text for name, text in form.items() if name != INSTEAD}
    match form.get(INSTEAD, "").split(" "):
        case [kind, slug] if kind == _FACE and slug in FACES:
            fields["face"] = slug
    return fields
