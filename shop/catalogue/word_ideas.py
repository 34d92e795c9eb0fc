"""Ideas for whoever does not know what to write: for the page of them and for each piece's form."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from shop.engraving import Area, Problem, Tool, field_name, problems_of, words_in
from shop.frozen import frozen


@frozen
class Start:
    """A form of words to begin with, a line each; `blank`: they stand for somebody's own.

    `apart`: rather one on each side than one below the other.
    """

    label: str
    lines: tuple[str, ...]
    blank: bool = False
    apart: bool = False


@frozen
class Idea:
    """A situation: what is said of it on the page of ideas, at the anchor `key`, and ways to begin."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    starts: tuple[Start, ...]


def _read(text: str) -> tuple[Idea, ...]:
    return tuple(
        Idea(
            idea["key"],
            idea["title"],
            tuple(idea["paragraphs"]),
            tuple(Start(**(start | {"lines": tuple(start["lines"])})) for start in idea["start"]),
        )
        for idea in tomllib.loads(text)["idea"]
    )


IDEAS: Final = _read(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

BLANKS: Final = frozenset(
    line for idea in IDEAS for start in idea.starts if start.blank for line in start.lines
)
"""What nobody wants cut: lines that still wait for somebody's own words."""


def still_blank(text: str) -> str | None:
    """What to say of a line that was not written over; None when it was."""
    if text.strip() not in BLANKS:
        return None
    return f"This still says “{text.strip()}”. Please write your own words over it, or leave the line empty."


@cache
def places(start: Start, sides: tuple[Area, ...], face: str, tool: Tool) -> list[tuple[str, ...]]:
    """Fields that the words fit into in a face, a field a line, the best first; none where none fits."""
    return [names for names in _found(start, sides) if not _problems(start, names, sides, face, tool)]


def _problems(
    start: Start, names: Sequence[str], sides: Sequence[Area], face: str, tool: Tool
) -> Mapping[tuple[str, int], Problem]:
    typed = dict(zip(names, start.lines, strict=True))
    return problems_of(sides, face, words_in(typed, sides), tool)


def _found(start: Start, sides: Sequence[Area]) -> list[tuple[str, ...]]:
    if len(start.lines) == 1:
        return [(name,) for name in _by_height(sides)]
    across = [tuple(field_name(side.key, 1) for side in sides[: len(start.lines)])]
    below = list(_below(sides, len(start.lines)))
    found = across + below if start.apart else below + across
    return [names for names in found if len(names) == len(start.lines)]


def _by_height(sides: Sequence[Area]) -> Iterator[str]:
    """All lines: the first of each side, then the second of each."""
    for line in range(1, max((side.lines for side in sides), default=0) + 1):
        for side in sides:
            if line <= side.lines:
                yield field_name(side.key, line)


def _below(sides: Sequence[Area], lines: int) -> Iterator[tuple[str, ...]]:
    """Lines one below the other; one along a rim is not below another."""
    for side in sides:
        for first in range(1, side.lines - side.rim - lines + 2):
            yield tuple(field_name(side.key, first + number) for number in range(lines))
