"""Plane geometry in mm or font units; y points up."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
else:
    Numbers = Any

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

_FINE: Final = 0.002
_GUESSES: Final = 6
"""After so many, whatever is left is halved: no shape of a curve makes it slow."""
_TINY: Final = 1e-9


class Directions:
    """Directions to measure in, anticlockwise; told apart by which they are, not by what they say."""

    def __init__(self, vectors: tuple[Point, ...]) -> None:
        self.vectors = vectors
        """Each of length 1."""

    @cached_property
    def half(self) -> "Half":
        """The same, to reckon in all of them at once."""
        return Half(self.vectors)


class Half:
    """The directions down, to the right and up, from the lowest to the highest, as arrays.

    With their mirror images, left for right, they are all there are.
    """

    def __init__(self, vectors: Sequence[Point]) -> None:
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        found = [at for at, (x, _) in enumerate(vectors) if x > -_TINY]
        self.at = sorted(found, key=lambda at: vectors[at][1])
        """Which of all directions they are."""
        rightward = [vectors[at] for at in self.at]
        mirrored = [_nearest(vectors, (-x, y)) for x, y in rightward]
        self.x, self.y = (np.array(each) for each in zip(*rightward, strict=True))
        self.both_x, self.both_y = (np.array(each) for each in zip(*rightward, *mirrored, strict=True))
        """First these, then the mirror image of each in the same order."""
        self.count = len(rightward)
        right = [at for at, (x, _) in enumerate(rightward) if x > _TINY]
        self.across = slice(right[0], right[-1] + 1)
        """Those to the right; words that leave the metal there are too long."""
        self.across_x = self.x[self.across]
        self.upright = [at for at in range(self.count) if at not in right]


def _nearest(vectors: Sequence[Point], wanted: Point) -> Point:
    return min(vectors, key=lambda each: math.hypot(each[0] - wanted[0], each[1] - wanted[1]))


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
    """How far these points reach in each direction of the half, then in the mirror image of each."""
    import numpy as np  # noqa: PLC0415

    half, (across, up) = ways.half, np.array(corners).T[:, :, None]
    reached: Numbers = (half.both_x * across + half.both_y * up).max(axis=0)
    return reached


def frontier(points: Iterable[Point]) -> list[Point]:
    """The corners furthest up and out of the points' convex hull, their x made positive; the widest first.

    No point exceeds all of them in any direction up or out, nor in anything that grows so and bends outwards.
    """
    found: list[Point] = []
    for x, y in sorted([(abs(x), y) for x, y in points], reverse=True):
        if found and y <= found[-1][1]:
            continue
        while len(found) > 1:
            (ax, ay), (bx, by) = found[-2], found[-1]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            found.pop()
        found.append((x, y))
    return found


def highest(room: Callable[[float], float], low: float, high: float, *, reckoned: float = math.nan) -> float:
    """The largest number between the two that has room (0 or more), to 0.002; `low` when none does.

    The answer is the one that halving the range finds, so that it stays the same however it is come by. Room
    falls as the number grows; so a curve through what is known says where the halvings will end, and only
    there they are asked about. Who has `reckoned` where it ends is asked about that alone, if it is so.
    """
    if low < reckoned < high:
        begin, end = _halved(low, high, low, high, reckoned)
        if room(begin) >= 0 > room(end):
            return begin
    asked = [(high, room(high))]
    if asked[0][1] >= 0:
        return high
    asked.append((low, room(low)))
    if asked[1][1] < 0:
        return low
    fits, fails = low, high
    while True:
        guess = _meets_zero(asked, fits, fails) if len(asked) <= _GUESSES else (fits + fails) / 2
        begin, end = _halved(low, high, fits, fails, guess)
        if begin <= fits and end >= fails:
            return begin
        number = begin if end >= fails or (begin > fits and guess - begin < end - guess) else end
        asked.append((number, room(number)))
        if asked[-1][1] >= 0:
            fits = number
        else:
            fails = number


def _halved(low: float, high: float, fits: float, fails: float, guess: float) -> Point:
    """Where the halvings end as far as is known, and from there on as the guess has it."""
    while high - low > _FINE:
        middle = (low + high) / 2
        if middle <= fits or (middle < fails and middle <= guess):
            low = middle
        else:
            high = middle
    return low, high


def _meets_zero(asked: Sequence[Point], fits: float, fails: float) -> float:
    """Where the curve through the last three numbers meets zero, else the line through the last two."""
    (x, a), (y, b) = asked[-2:]
    met = y - b * (y - x) / (b - a) if a != b else fits
    if len(asked) > 2:  # noqa: PLR2004
        (w, c) = asked[-3]
        if c not in {a, b} and a != b:
            met = (
                w * a * b / ((c - a) * (c - b))
                + x * c * b / ((a - c) * (a - b))
                + y * c * a / ((b - c) * (b - a))
            )
    return met if fits < met < fails else (fits + fails) / 2


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
