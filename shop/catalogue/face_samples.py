"""How a face looks: its own name set in it, as outlines, so that choosing a face downloads no font."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from shop.engraving.faces import Face, opened
from shop.engraving.shaped import Shaped
from shop.engraving.shaping import shape

CAPITAL_PX: Final = 16
"""Height of a capital on the page."""

CAPITAL: Final = 64
"""Height of a capital in the drawing: whole numbers of this size are short and fine enough."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_POINTS: Final = {"M": 1, "L": 1, "Q": 2, "C": 3}
_COMMAND: Final = re.compile(r"([MLHVQCZ])([^MLHVQCZ]*)")


@lru_cache(maxsize=64)
def sample(face: Face) -> Markup:
    """An SVG of the face's name in the face. It is for the eye: the name must stand beside it as text.

    A face for one script is shown by that script's own name, in the letters of the reader's machine: whoever
    needs it has them.
    """
    if face.sample:
        return Markup('<bdi class="sample" aria-hidden="true">{}</bdi>').format(face.sample)
    return drawn(face, face.name)


def drawn(face: Face, text: str) -> Markup:
    """An SVG of a text in the face, which must be able to draw it. For the eye alone, too."""
    line = shape(face, text)
    left, top = round(line.left * CAPITAL), round(line.top * CAPITAL)
    wide, high = round(line.right * CAPITAL) - left, top - round(line.bottom * CAPITAL)
    shown = (round(side * CAPITAL_PX / CAPITAL) for side in (wide, high))
    return Markup(
        '<svg class="lettering" aria-hidden="true" focusable="false" width="{}" height="{}" '
        'viewBox="{} {} {} {}">'
        '<g transform="scale(1 -1)" fill="currentColor">{}</g></svg>'
    ).format(*shown, left, -top, wide, high, _paths(face, line))


def _paths(face: Face, line: Shaped) -> Markup:
    font = opened(face)
    return Markup("").join(
        Markup('<path transform="translate({} {})" d="{}"/>').format(
            round(glyph.x * CAPITAL),
            round(glyph.y * CAPITAL),
            _scaled(path, CAPITAL / font.cap_height),
        )
        for cluster in line.clusters
        for glyph in cluster.glyphs
        if (path := font.outline(glyph.number).path)
    )


def _scaled(path: str, factor: float) -> str:
    """Absolute path data (M, L, H, V, Q, C, Z) in whole units, told from the point before: half as long."""
    parts: list[str] = []
    here = start = (0, 0)
    for command, given in _COMMAND.findall(path):
        if command == "Z":
            parts.append("z")
            here = start
            continue
        numbers = [round(float(number) * factor) for number in _NUMBER.findall(given)]
        for index, step in enumerate(_steps(command, numbers, here)):
            line = command in "HV" or (command == "M" and index)  # points that follow a move are lines
            parts.append("l" if line else command.lower())
            parts.append(" ".join(f"{x - here[0]} {y - here[1]}" for x, y in step).replace(" -", "-"))
            here = step[-1]
            start = here if command == "M" and not index else start
    return "".join(parts)


def _steps(command: str, numbers: list[int], here: tuple[int, int]) -> Iterator[list[tuple[int, int]]]:
    """The points of each step of a command that is written once for several."""
    if command in "HV":
        for number in numbers:
            yield [(number, here[1]) if command == "H" else (here[0], number)]
        return
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for first in range(0, len(points), _POINTS[command]):
        yield points[first : first + _POINTS[command]]
