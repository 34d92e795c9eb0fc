"""Hearts and stars. No engraving face has them, so they are drawn here to stand beside its capitals.

They are in font units, y upwards, on the baseline, and go by number like the font's own glyphs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shop.engraving.geometry import Point, cubic

SIGNS: Final = "♡♥❤☆★"
"""White and black heart, heavy heart (what telephones type), white and black star."""

SELECTORS: Final = "\ufe0e\ufe0f"
"""A telephone sets one of these after a sign, to show it in colour or not: metal has no colour."""

_HOLLOW: Final = "♡☆"
_SIDE: Final = 0.12
"""Bare metal at either side, in capitals' heights."""

_LOBE: Final = (0.26, 0.71)
_LOBE_RADIUS: Final = 0.29
_SHOULDER: Final = math.radians(-15)
"""Of a heart one high, its tip at (0, 0): the middle of the right lobe, and where the flank begins."""

_STAR_WAIST: Final = 0.5
"""From the middle of a star to its inner corners, as a share of the way to its points."""


@dataclass(frozen=True)
class Sign:
    """A sign's contours, each a list of cubic curves (straight ones, too), and how wide it stands."""

    contours: tuple[tuple[tuple[Point, Point, Point, Point], ...], ...]
    advance: float

    @property
    def path(self) -> str:
        """SVG path data in whole font units."""
        return "".join(_path(contour) for contour in self.contours)

    @property
    def points(self) -> list[Point]:
        """Points along the outer contour."""
        return [point for curve in self.contours[0] for point in cubic(*curve, steps=8)]


def sign(character: str, cap_height: float, x_height: float, weight: float) -> Sign:
    """The sign as high as between a small letter and a capital, hollow ones with a line of this weight."""
    high = (cap_height + x_height) / 2
    if character in "♡♥❤":
        outer, inner = _heart(0.0), _heart(weight / high)
    else:
        high = cap_height
        outer, inner = _star(0.0), _star(weight / high)
    wide = max(point[0] for curve in outer for point in curve)
    middle = wide * high + _SIDE * cap_height
    contours = [outer] if character not in _HOLLOW else [outer, _reversed(inner)]
    return Sign(tuple(tuple(_placed(contour, high, middle)) for contour in contours), 2 * middle)


Curve = tuple[Point, Point, Point, Point]


def _heart(inset: float) -> list[Curve]:
    """Two arcs a side, anticlockwise from the tip; a line of even weight along them is then made of arcs."""
    (x, y), towards = _LOBE, (math.cos(_SHOULDER), math.sin(_SHOULDER))
    beyond = (x * x + y * y - _LOBE_RADIUS**2) / (2 * (_LOBE_RADIUS + x * towards[0] + y * towards[1]))
    flank = (x - beyond * towards[0], y - beyond * towards[1])
    radius = beyond + _LOBE_RADIUS - inset
    tip = -math.acos(-flank[0] / radius)
    cleft = math.pi - math.acos(x / _LOBE_RADIUS)
    right = [*_arc(flank, radius, tip, _SHOULDER), *_arc(_LOBE, _LOBE_RADIUS - inset, _SHOULDER, cleft)]
    if inset:  # round the cleft, the line keeps its weight
        top = (0.0, y + math.sqrt(_LOBE_RADIUS**2 - x * x))
        right += _arc(top, inset, cleft - math.pi, -math.pi / 2)
    return right + _reversed([_mirrored(curve) for curve in right])


def _star(inset: float) -> list[Curve]:
    """Five points in a square one high; a line along its edge is the same star, smaller."""
    point, waist = 1 / (1 + math.cos(math.pi / 5)), _STAR_WAIST / (1 + math.cos(math.pi / 5))
    edge = math.hypot(point - waist * math.cos(math.pi / 5), waist * math.sin(math.pi / 5))
    smaller = 1 - inset * edge / (point * waist * math.sin(math.pi / 5))
    corners = [
        (
            smaller * reach * math.cos(turn),
            point * math.cos(math.pi / 5) + smaller * reach * math.sin(turn),
        )
        for step in range(10)
        for turn in [math.pi / 2 + step * math.pi / 5]
        for reach in [waist if step % 2 else point]
    ]
    return [(a, a, b, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]


def _arc(middle: Point, radius: float, begin: float, end: float) -> Iterator[Curve]:
    """A part of a circle as cubic curves, each of an eighth of a turn at most."""
    parts = math.ceil(abs(end - begin) / (math.pi / 4))
    turn = (end - begin) / parts
    pull = 4 / 3 * math.tan(turn / 4)
    for part in range(parts):
        a, b = begin + part * turn, begin + (part + 1) * turn
        spots = [
            (math.cos(a), math.sin(a)),
            (math.cos(a) - pull * math.sin(a), math.sin(a) + pull * math.cos(a)),
            (math.cos(b) + pull * math.sin(b), math.sin(b) - pull * math.cos(b)),
            (math.cos(b), math.sin(b)),
        ]
        one, two, three, four = [(middle[0] + radius * x, middle[1] + radius * y) for x, y in spots]
        yield one, two, three, four


def _reversed(contour: Sequence[Curve]) -> list[Curve]:
    return [(d, c, b, a) for a, b, c, d in reversed(contour)]


def _mirrored(curve: Curve) -> Curve:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    return (-ax, ay), (-bx, by), (-cx, cy), (-dx, dy)


def _placed(contour: Sequence[Curve], high: float, middle: float) -> Iterator[Curve]:
    for a, b, c, d in contour:
        one, two, three, four = [(middle + x * high, y * high) for x, y in (a, b, c, d)]
        yield one, two, three, four


def _path(contour: Sequence[Curve]) -> str:
    begin = contour[0][0]
    drawn = [f"M{begin[0]:.0f},{begin[1]:.0f}"]
    for a, b, c, d in contour:
        if a == b and c == d:
            drawn.append(f"L{d[0]:.0f},{d[1]:.0f}")
        else:
            drawn.append("C" + " ".join(f"{x:.0f},{y:.0f}" for x, y in (b, c, d)))
    return "".join(drawn) + "Z"
