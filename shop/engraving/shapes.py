"""The ink of a drawing, read from its markup by the rules of SVG, and that of a cut, as shapes to sample.

This is a road of its own: it shares no line with the one by which outlines.py reads letters for the cutter.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final
from xml.etree import ElementTree as ET

from shop.engraving.contours import Contour
from shop.engraving.geometry import Point
from shop.engraving.outlines import CutSide
from shop.frozen import frozen

PX_PER_MM: Final = 100

_TURN: Final = math.cos(0.37), math.sin(0.37)
"""The sampling points stand at a slant, so that no stem or baseline runs along a row of them: all of it would
fall on one side of the row or the other, and its area would be told wrongly."""
_STRAY: Final = 0.03
"""How far, in font units, a flattened curve may stray: under half a micrometre in the largest letters."""
_SPARE_PX: Final = 4
_STEPS: Final = {"M": 1, "L": 1, "H": 1, "V": 1, "Q": 2, "C": 3, "Z": 0}
_TOKEN: Final = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_TRANSFORM: Final = re.compile(r"(\w+)\(([^)]*)\)")

Array = Any
"""A numpy array; numpy is imported when something is sampled."""
Box = tuple[int, int, int, int]
"""First column, first row, and those after the last."""
Matrix = tuple[float, float, float, float, float, float]


class UnknownMarkup(Exception):
    """The drawing holds something that this reader does not know, so it cannot say where the ink is."""


@frozen
class Shape:
    """Rings filled together by the non-zero rule, and lines with a stroke of that half width; in pixels."""

    rings: tuple[Array, ...]
    lines: tuple[Array, ...]
    radius: float

    @property
    def box(self) -> Box:
        """Where its ink can be."""
        import numpy as np  # noqa: PLC0415

        points = np.vstack([*self.rings, *self.lines])
        spare = self.radius + _SPARE_PX
        (left, top), (right, bottom) = points.min(axis=0) - spare, points.max(axis=0) + spare
        return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def shapes_drawn(drawing: str) -> list[Shape]:
    """The letters of a proof. Raises UnknownMarkup."""
    root = ET.fromstring(drawing)  # noqa: S314 - our own writer's, from numbers alone
    words = next((each for each in root if each.get("class") == "words"), None)
    if words is None:
        raise UnknownMarkup
    return list(_walked(words, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0.0))


def shapes_cut(side: CutSide) -> list[Shape]:
    """The ink of a cut side: its filled contours taken together, and its strokes."""
    import numpy as np  # noqa: PLC0415

    def placed(contours: Iterable[Contour]) -> tuple[Array, ...]:
        return tuple(_turned(np.array(contour.corners()) * (1, -1)) for contour in contours)

    filled, strokes = placed(side.filled), placed(side.strokes)
    found = [Shape(filled, (), 0.0)] if filled else []
    return [*found, Shape((), strokes, side.stroke_mm / 2 * PX_PER_MM)] if strokes else found


def _walked(element: ET.Element, at: Matrix, width: float) -> Iterator[Shape]:
    """The shapes of a group and of all below it; `width` is that of their strokes in its own unit."""
    at = _composed(at, element.attrib)
    width = float(element.get("stroke-width", width))
    kind = element.tag.rpartition("}")[2]
    if kind == "path":
        yield from _path(element.get("d", ""), at, width)
    elif kind != "g":
        raise UnknownMarkup
    for child in element:
        yield from _walked(child, at, width)


def _path(data: str, at: Matrix, width: float) -> Iterator[Shape]:
    import numpy as np  # noqa: PLC0415

    a, b, c, d, e, f = at
    matrix, moved = np.array(((a, b), (c, d))), np.array((e, f))
    lines = tuple(_turned(line @ matrix + moved) for line, _ in flattened(data))
    if lines:
        closed = [ring for _, ring in flattened(data)]
        stroked = tuple(
            np.vstack([line, line[:1]]) if ring else line for line, ring in zip(lines, closed, strict=True)
        )
        radius = width / 2 * math.sqrt(abs(a * d - b * c)) * PX_PER_MM
        yield Shape(lines, stroked if radius else (), radius)


def _composed(at: Matrix, attributes: Mapping[str, str]) -> Matrix:
    """The matrix of an element within one of that matrix (SVG 1.1, 7.6)."""
    for name, numbers in _TRANSFORM.findall(attributes.get("transform", "")):
        values = [float(number) for number in numbers.split()]
        a, b, c, d, e, f = at
        g, h, i, j, k, m = _matrix(name, values)
        at = (
            a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f,
        )  # fmt: skip
    return at


def _matrix(name: str, values: Sequence[float]) -> Matrix:
    if name == "translate":
        return 1, 0, 0, 1, values[0], values[1]
    if name == "scale":
        return values[0], 0, 0, values[1], 0, 0
    if name == "rotate":
        turn = math.radians(values[0])
        return math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), 0, 0
    raise UnknownMarkup


@lru_cache(maxsize=1024)
def flattened(data: str) -> tuple[tuple[Array, bool], ...]:
    """Path data as lines of many corners, each with whether it is closed. Raises UnknownMarkup."""
    import numpy as np  # noqa: PLC0415

    found: list[tuple[Array, bool]] = []
    points: list[Point] = []
    for command, steps in _commands(data):
        if command in "MZ" and len(points) > 1:
            found.append((np.array(points), command == "Z"))
        if command == "M":
            points = list(steps)
        elif command == "Z":
            points = points[:1]
        else:
            points += _curve(points[-1], steps)
    if len(points) > 1:
        found.append((np.array(points), False))
    return tuple(found)


def _commands(data: str) -> Iterator[tuple[str, list[Point]]]:
    """Each command with its points in full, however much of it was left unsaid (SVG 1.1, 8.3)."""
    tokens, at, command, here = _TOKEN.findall(data), 0, "", (0.0, 0.0)
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
        if command not in _STEPS:
            raise UnknownMarkup
        if command in "HV":
            value, at = float(tokens[at]), at + 1
            here = (value, here[1]) if command == "H" else (here[0], value)
            yield "L", [here]
        else:
            numbers = [float(number) for number in tokens[at : at + 2 * _STEPS[command]]]
            at += len(numbers)
            steps = list(zip(numbers[::2], numbers[1::2], strict=True))
            here = steps[-1] if steps else here
            yield command, steps
            command = "L" if command == "M" else command  # further points of a beginning are lines


def _curve(start: Point, steps: Sequence[Point]) -> list[Point]:
    """Points along a Bezier curve of any degree, by de Casteljau."""
    degree = len(steps)
    if degree == 1:
        return list(steps)
    hull = [start, *steps]
    bend = max(
        math.hypot(a[0] - 2 * b[0] + c[0], a[1] - 2 * b[1] + c[1])
        for a, b, c in zip(hull, hull[1:], hull[2:], strict=False)
    )
    pieces = max(1, math.ceil(math.sqrt(degree * (degree - 1) * bend / (8 * _STRAY))))
    return [_on(hull, piece / pieces) for piece in range(1, pieces)] + [steps[-1]]


def _on(hull: Sequence[Point], t: float) -> Point:
    while len(hull) > 1:
        hull = [(a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for a, b in pairwise(hull)]
    return hull[0]


def _turned(points: Array) -> Array:
    """From mm to pixels at a slant."""
    cosine, sine = _TURN
    return points @ ((cosine, sine), (-sine, cosine)) * PX_PER_MM
