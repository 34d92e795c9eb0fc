"""What a layout is made of."""

from collections.abc import Mapping
from typing import NamedTuple

from shop.engraving.geometry import Directions, Numbers, Point
from shop.engraving.grown import Grown
from shop.engraving.problems import Problem
from shop.engraving.shaped import Shaped


class PlacedLine(NamedTuple):
    """One line at its place, its capitals `cap_mm` high; mm from the area's middle, y upwards.

    A straight line has no `pitch`, and its baseline begins at (x, y). A bent line stands on a circle about
    the area's middle. Its baseline has the radius y, its letters are as far from each other at the radius
    `pitch` as they would be on a straight line, and x is where it begins, measured there from `turn`: the
    angle of the line's middle in radians, clockwise from the top. When the letters' heads are towards the
    middle y and pitch are negative, so `turn` counts from the bottom.
    """

    number: int
    shaped: Shaped
    x: float
    y: float
    cap_mm: float
    turn: float = 0.0
    pitch: float | None = None

    def turn_of(self, middle: float) -> float:
        """The angle of a letter on a bent line whose ink has this middle along it, in capitals' heights."""
        assert self.pitch is not None
        return self.turn + (self.x + self.cap_mm * middle) / self.pitch


class SideLayout(NamedTuple):
    """The lines of one side. `problems` is empty when all fit.

    The capitals of straight lines, and of lines round a ring, are `cap_mm` high; where they are of several
    faces, those of the first, and where days are smaller, those of the others. A line along a rim has its own
    height.
    """

    cap_mm: float
    lines: tuple[PlacedLine, ...]
    problems: Mapping[int, Problem]


class Upright:
    """Stands for an empty line: as high as a capital, with no width."""

    left = right = bottom = 0.0
    top = 1.0
    feet: tuple[Point, ...] = ((0.0, 0.0),)
    heads: tuple[Point, ...] = ((0.0, 1.0),)
    outwards: tuple[tuple[float, float, float], ...] = ()
    largest: Point = (0.0, 1.0)

    @property
    def parts(self) -> "tuple[Upright, ...]":
        """See Shaped.parts."""
        return (self,)

    @property
    def on_circles(self) -> dict[Point, float]:
        """See Shaped.on_circles: of this nothing is remembered."""
        return {}

    @property
    def apart(self) -> "Upright":
        """See Shaped.apart."""
        return self

    def reaches(self, ways: Directions) -> Numbers:
        """See Shaped.reaches."""
        reached: Numbers = ways.half.y.clip(0.0)
        return reached


AnyLine = Shaped | Grown | Upright
"""What a side may be measured with: words, words to which a letter may be added, an empty line."""
