"""Plane geometry in mm or font units; y points up."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Places = NDArray[np.intp]
else:
    Numbers = Places = Any

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

_FINE: Final = 0.002
_SECANTS: Final = 4
"""After so many, whatever is left is halved: no shape of a curve makes it slow."""
_TINY: Final = 1e-9


class Directions:
    """Directions to measure in, anticlockwise; told apart by which they are, not by what they say."""

    def __init__(self, vectors: tuple[Point, ...]) -> None:
        self.vectors = vectors
        """Each of length 1."""
        self.mirrored = tuple(
            min(range(len(vectors)), key=lambda at: math.hypot(vectors[at][0] + x, vectors[at][1] - y))
            for x, y in vectors
        )
        """For each direction, which one is its mirror image, left for right."""
        self.rightward = tuple(at for at, (x, _) in enumerate(vectors) if x > -_TINY)
        """Those that point up, down or to the right: with their mirror images they are all."""

    @cached_property
    def half(self) -> "Half":
        """The same, to reckon in all of them at once."""
        return Half(self)


class Half:
    """The directions up, down and to the right, and their mirror images, as arrays.

    Sums are those of floats one by one, in the same order, so that they are the same to the last bit.
    """

    def __init__(self, ways: Directions) -> None:
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        self.all_x, self.all_y = (np.array(each) for each in zip(*ways.vectors, strict=True))
        self.at: Places = np.array(ways.rightward)
        self.mirrored: Places = np.array(ways.mirrored)[self.at]
        self.x: Numbers = self.all_x[self.at]
        self.y: Numbers = self.all_y[self.at]
        self.across: Places = np.flatnonzero(self.x > _TINY)
        """Those to the right, by their place in x and y; words that leave the metal there are too long."""
        self.upright: Places = np.flatnonzero(self.x <= _TINY)


def convex_hull(points: Iterable[Point]) -> list[Point]:
    """The corners of the smallest convex polygon round the points, anticlockwise (Andrew's chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:  # noqa: PLR2004 - two points are their own hull
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def cubic(start: Point, one: Point, two: Point, end: Point, steps: int) -> list[Point]:
    """Points along a Bezier curve, the start left out."""
    found = []
    for step in range(1, steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append(
            (
                a * start[0] + b * one[0] + c * two[0] + d * end[0],
                a * start[1] + b * one[1] + c * two[1] + d * end[1],
            )
        )
    return found


def quadratic(start: Point, one: Point, end: Point, steps: int) -> list[Point]:
    """Points along a quadratic Bezier curve, the start left out."""
    (ax, ay), (ox, oy), (bx, by) = start, one, end
    first = (ax + (ox - ax) * 2 / 3, ay + (oy - ay) * 2 / 3)
    second = (bx + (ox - bx) * 2 / 3, by + (oy - by) * 2 / 3)
    return cubic(start, first, second, end, steps)


@lru_cache(maxsize=256)
def directions(vectors: tuple[Point, ...]) -> Directions:
    """These directions; the same ones are the same object."""
    return Directions(vectors)


def reaches(corners: Sequence[Point], ways: Directions) -> Numbers:
    """How far these points reach in each direction."""
    import numpy as np  # noqa: PLC0415

    half, (across, up) = ways.half, np.array(corners).T[:, :, None]
    reached: Numbers = (half.all_x * across + half.all_y * up).max(axis=0)
    return reached


def frontier(points: Iterable[Point]) -> list[Point]:
    """The points that no other exceeds both in |x| and in y, their x made positive."""
    found: list[Point] = []
    for x, y in sorted(((abs(x), y) for x, y in points), reverse=True):
        if not found or y > found[-1][1]:
            found.append((x, y))
    return found


def highest(room: Callable[[float], float], low: float, high: float) -> float:
    """The largest number between the two that has room (0 or more), to 0.002; `low` when none does.

    The answer is the one that halving the range finds, so that it stays the same however it is come by; room
    falls as the number grows, and a secant says beforehand how most halvings end.
    """
    fits, fails = (low, room(low)), (high, room(high))
    if fails[1] >= 0:
        return high
    if fits[1] < 0:
        return low
    asked = 0
    while high - low > _FINE:
        middle = (low + high) / 2
        while fits[0] < middle < fails[0]:
            number = _between(fits, fails) if asked < _SECANTS else middle
            found = (number, room(number))
            fits, fails = (found, fails) if found[1] >= 0 else (fits, found)
            asked += 1
        low, high = (middle, high) if middle <= fits[0] else (low, middle)
    return low


def _between(fits: Point, fails: Point) -> float:
    """Where to ask next: a little beyond where the secant meets zero, on the side of the end further away."""
    (low, most), (high, least) = fits, fails
    meets = low + (high - low) * most / (most - least)
    beyond = meets + _FINE / 2 if meets - low < high - meets else meets - _FINE / 2
    return min(max(beyond, low + (high - low) / 8), high - (high - low) / 8)


def _chain(ordered: list[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in ordered:
        x, y = point
        while len(chain) > 1:
            (ax, ay), (bx, by) = chain[-2], chain[-1]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            chain.pop()
        chain.append(point)
    return chain
