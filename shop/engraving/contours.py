"""Lines and curves as a machine follows them, in mm about the middle of an area, y upwards."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

from shop.engraving.geometry import Point
from shop.frozen import frozen

TOLERANCE_MM: Final = 0.0002
"""How far a flattened curve may stray: a hundredth of the finest laser's spot. All the edges of a side,
some 200 mm, then enclose the ink of their curves to a few thousandths of a square mm."""

Step = tuple[Point, ...]
"""From where the last step ended: one point is a straight line to it, two are a quadratic and three a cubic
Bezier curve, whose last point is its end."""


@frozen
class Contour:
    """One line without a break. A closed one runs back to its start, straight when its steps do not.

    Round ink a closed contour runs anticlockwise and round a hole in it clockwise; an open one is the path
    of the tool's middle.
    """

    start: Point
    steps: tuple[Step, ...]
    closed: bool = True

    def corners(self, tolerance: float = TOLERANCE_MM) -> list[Point]:
        """A polygon that nowhere strays further than that; a closed one ends before its start."""
        points = [self.start]
        if max(map(len, self.steps), default=1) == 1:  # of straight lines alone, as most are that are cut
            points += chain.from_iterable(self.steps)
        else:
            for step in self.steps:
                points += step if len(step) == 1 else _flattened(points[-1], step, tolerance)
        if self.closed and len(points) > 1 and math.dist(points[0], points[-1]) < tolerance / 100:
            points.pop()
        return points

    def reversed(self) -> "Contour":
        """The same line from its end to its start."""
        steps, end = [], self.start
        for start, step in walked(self):
            steps.append((*step[-2::-1], start))
            end = step[-1]
        return Contour(end, tuple(steps[::-1]), self.closed)

    def moved(self, at: Callable[[Point], Point]) -> "Contour":
        """The same line with each of its points moved; the map must keep straight lines straight."""
        steps = tuple(tuple(at(point) for point in step) for step in self.steps)
        return Contour(at(self.start), steps, self.closed)

    @cached_property
    def signed_area(self) -> float:
        """In square mm: positive when it runs anticlockwise, zero when it is open."""
        if not self.closed:
            return 0.0
        points = self.corners()
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*points, points[0]])) / 2


def polygon(points: Sequence[Point]) -> Contour:
    """A closed contour of straight lines."""
    return Contour(points[0], tuple(zip(points[1:])))


def as_cubic(start: Point, step: Step) -> tuple[Point, Point, Point]:
    """A curve of either degree as the same cubic, for formats that have no quadratics."""
    if len(step) == 3:  # noqa: PLR2004 - a cubic already
        one, two, end = step
        return one, two, end
    control, end = step
    return between(start, control, 2 / 3), between(end, control, 2 / 3), end


def walked(contour: Contour) -> Iterator[tuple[Point, Step]]:
    """Each step with the point it begins at."""
    start = contour.start
    for step in contour.steps:
        yield start, step
        start = step[-1]


def _flattened(start: Point, step: Step, tolerance: float) -> list[Point]:
    one, two, end = as_cubic(start, step)
    # A chord leaves its curve by at most an eighth of the second derivative, which is greatest at an end.
    bend = 6 * max(_second(start, one, two), _second(one, two, end))
    pieces = max(1, math.ceil(math.sqrt(bend / (8 * tolerance))))
    return [_on_cubic(start, one, two, end, piece / pieces) for piece in range(1, pieces)] + [end]


def _second(a: Point, b: Point, c: Point) -> float:
    return math.hypot(a[0] - 2 * b[0] + c[0], a[1] - 2 * b[1] + c[1])


def _on_cubic(start: Point, one: Point, two: Point, end: Point, t: float) -> Point:
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    return (
        a * start[0] + b * one[0] + c * two[0] + d * end[0],
        a * start[1] + b * one[1] + c * two[1] + d * end[1],
    )


def between(a: Point, b: Point, share: float) -> Point:
    """The point at a share of the way from one to the other."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
