"""Lines and curves as a machine follows them, in mm about the middle of an area, y upwards."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from shop.engraving.geometry import Point

TOLERANCE_MM: Final = 0.002
"""How far a flattened curve may stray: a tenth of the finest cutter's tip."""

_ASKED: Final = 7
"""Corners asked where a contour lies."""

Step = tuple[Point, ...]
"""From where the last step ended: one point is a straight line to it, two are a quadratic and three a cubic
Bezier curve, whose last point is its end."""


@dataclass(frozen=True)
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
        for step in self.steps:
            points += _flattened(points[-1], step, tolerance)
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
    return Contour(points[0], tuple((point,) for point in points[1:]))


def wound(contours: Sequence[Contour]) -> list[Contour]:
    """The same closed contours, none crossing another, each running the way its place asks: see Contour."""
    shapes = [contour.corners() for contour in contours]
    boxes = [_box(points) for points in shapes]
    found = []
    for index, contour in enumerate(contours):
        depth = sum(
            other != index
            and _surrounds(boxes[other], boxes[index])
            and _inside(shapes[index], shapes[other])
            for other in range(len(contours))
        )
        outer = depth % 2 == 0
        found.append(contour if outer == (contour.signed_area > 0) else contour.reversed())
    return found


def as_cubic(start: Point, step: Step) -> tuple[Point, Point, Point]:
    """A curve of either degree as the same cubic, for formats that have no quadratics."""
    if len(step) == 3:  # noqa: PLR2004 - a cubic already
        one, two, end = step
        return one, two, end
    control, end = step
    return _between(start, control, 2 / 3), _between(end, control, 2 / 3), end


def walked(contour: Contour) -> Iterator[tuple[Point, Step]]:
    """Each step with the point it begins at."""
    start = contour.start
    for step in contour.steps:
        yield start, step
        start = step[-1]


def _flattened(start: Point, step: Step, tolerance: float) -> list[Point]:
    if len(step) == 1:
        return [step[0]]
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


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


Box = tuple[float, float, float, float]


def _box(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _surrounds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _inside(inner: Sequence[Point], outer: Sequence[Point]) -> bool:
    """Whether one polygon lies in another that it does not cross, though they may touch: most corners say."""
    asked = inner[:: max(1, len(inner) // _ASKED)]
    return 2 * sum(_holds(outer, point) for point in asked) > len(asked)


def _holds(polygon: Sequence[Point], point: Point) -> bool:
    x, y = point
    within, (ax, ay) = False, polygon[-1]
    for bx, by in polygon:
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            within = not within
        ax, ay = bx, by
    return within
