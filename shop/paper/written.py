"""What people wrote, ready to be printed: line by line, which way each runs, and what no font can draw."""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final, TypedDict

from shop.paper.typesetting import FONTS
from shop.text.direction import is_leftwards

_UNBROKEN: Final = re.compile(r"\S{25,}")
_PIECES: Final = re.compile(r"(?:.[^\w\s]{0,4}){1,8}")
"""What follows a letter and is none, such as an accent of its own, stays with it."""
_BREAK: Final = "\N{ZERO WIDTH SPACE}"
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me", "Zs"})
"""Categories of what needs no drawing of its own: joiners, selectors, marks, spaces."""

STAND_IN: Final = "\N{WHITE SQUARE}"
"""Printed where a character is to be written by hand."""


class Line(TypedDict):
    """One line, and whether it runs from right to left."""

    text: str
    leftwards: bool


def lines(text: str | None) -> list[Line]:
    """A text as it was written; empty for none. What cannot be drawn is left for a hand: see by_hand."""
    return (
        [{"text": _drawable(line), "leftwards": is_leftwards(line)} for line in (text or "").split("\n")]
        if text
        else []
    )


def by_hand(texts: Iterable[str | None]) -> str:
    """What is to be written by hand in these texts, by name; empty when there is nothing."""
    missing = dict.fromkeys(
        character for text in texts for character in text or "" if not _can_draw(character)
    )
    return ", ".join(unicodedata.name(character, f"U+{ord(character):04X}") for character in missing)


def _drawable(line: str) -> str:
    kept = "".join(character if _can_draw(character) else STAND_IN for character in line)
    return _UNBROKEN.sub(_breakable, kept)


def _breakable(run: re.Match[str]) -> str:
    """A run that no line may have room for, with places at which it can go on in the next."""
    return _BREAK.join(_PIECES.findall(run[0]))


def _can_draw(character: str) -> bool:
    is_drawn = character.isascii() or bool(_characters()[ord(character)])
    return is_drawn or unicodedata.category(character) in _UNSEEN


@cache
def _characters() -> bytearray:
    """For each code point, whether the fonts can draw it: in a process that serves, less than a set takes."""
    import uharfbuzz  # noqa: PLC0415

    table = bytearray(sys.maxunicode + 1)
    for file in FONTS:
        for code in uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))).unicodes:
            table[code] = 1
    return table
