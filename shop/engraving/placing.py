"""What a layout is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from shop.engraving.geometry import Point
from shop.engraving.problems import Problem
from shop.engraving.shaping import Shaped


@dataclass(frozen=True)
class PlacedLine:
    """One line at its place; (x, y) is where its baseline begins, in mm from the area's middle, y upwards.

    On a ring `turn` is the angle of the line's middle, in radians clockwise from the top, and y the radius
    of its baseline; x is then the distance along the baseline.
    """

    number: int
    shaped: Shaped
    x: float
    y: float
    turn: float = 0.0


@dataclass(frozen=True)
class SideLayout:
    """The lines of one side, laid out with capitals `cap_mm` high. `problems` is empty when all fit."""

    cap_mm: float
    lines: tuple[PlacedLine, ...]
    problems: Mapping[int, Problem]


class Upright:
    """Stands for an empty line: as high as a capital, with no width."""

    left = right = bottom = 0.0
    top = 1.0
    hull: tuple[Point, ...] = ((0.0, 0.0), (0.0, 1.0))
