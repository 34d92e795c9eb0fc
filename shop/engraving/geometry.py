"""Plane geometry in mm or font units; y points up."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

Point = tuple[float, float]

_HALVINGS: Final = 24


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


def middle_of(hull: Sequence[Point]) -> float:
    """The middle from left to right: there a letter is turned to stand on a circle."""
    return (min(x for x, _ in hull) + max(x for x, _ in hull)) / 2


def highest(fits: Callable[[float], bool], low: float, high: float) -> float:
    """The largest number between the two that fits; `low` when none does."""
    if fits(high):
        return high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


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
