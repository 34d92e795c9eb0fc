"""Words straight across an area: centred by their ink, as large as the metal allows."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from shop.engraving.areas import Region
from shop.engraving.faces import Face
from shop.engraving.geometry import Directions, Point
from shop.engraving.placement import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaping import Shaped

LINE_GAP: Final = 0.25
"""Least bare metal between the ink of two lines, in capitals' heights."""

_TINY: Final = 1e-9


class Block:
    """Lines one below the other, in capitals' heights about the middle of their ink.

    They are measured once, in the directions given; every region they are tried in must have the same.
    """

    def __init__(self, face: Face, lines: Mapping[int, Shaped | Upright], ways: Directions) -> None:
        self.lines = dict(sorted(lines.items()))
        rows = list(zip(self.lines.items(), _baselines(face, list(self.lines.values())), strict=True))
        top = max(base + line.top for (_, line), base in rows)
        bottom = min(base + line.bottom for (_, line), base in rows)
        middle = (top + bottom) / 2
        self.offsets: dict[int, Point] = {
            number: (-(line.left + line.right) / 2, base - middle) for (number, line), base in rows
        }
        """By line number, where its baseline begins."""
        self.face = face
        self._ways = [(at, *ways.vectors[at]) for at in ways.rightward]
        self._reaches: dict[int, list[float]] = {}
        for number, line in self.lines.items():
            reaches = line.reaches(ways, *self.offsets[number])
            # A region is mirrored left and right: whatever reaches further counts for both.
            self._reaches[number] = [max(reaches[at], reaches[ways.mirrored[at]]) for at in ways.rightward]
        self._furthest = [max(reached) for reached in zip(*self._reaches.values(), strict=True)]

    def best(self, region: Region) -> tuple[float, float]:
        """The largest capitals in mm that fit, up to the face's largest, and where their middle then lies.

        Less than the face's least height when the words do not fit.
        """
        found: dict[float, float] = {}
        for middle in region.middles:
            found[middle] = self._largest(region, middle)
            if found[middle] >= self.face.cap_max_mm:
                return self.face.cap_max_mm, middle
        middle = max(found, key=found.__getitem__)
        return found[middle], middle

    def _largest(self, region: Region, middle_y: float) -> float:
        """The height in mm up to which the ink, growing from the middle, stays inside every edge."""
        spare, bounds = self.face.thicken_mm / 2, region.bounds
        ways = zip(self._ways, self._furthest, strict=True)
        return min(
            [(bounds[at] - spare - y * middle_y) / reach for (at, _, y), reach in ways if reach > _TINY],
            default=math.inf,
        )

    def too_tall_mm(self, number: int, region: Region, middle_y: float) -> float:
        """How much too tall one line is at the face's least height; 0 when it is not."""
        return max([0.0, *(over for over, x in self._over(number, region, middle_y) if x <= _TINY)])

    def too_long_mm(self, number: int, region: Region, middle_y: float) -> float:
        """How much too long one line is at the face's least height; negative where it has room.

        A line that sticks out at one side is too long by twice as much, for it stays in the middle.
        """
        return max([2 * over / x for over, x in self._over(number, region, middle_y) if x > _TINY])

    def _over(self, number: int, region: Region, middle_y: float) -> list[tuple[float, float]]:
        """How far it leaves the region in each direction, in mm, and how much of that is to the right."""
        cap, spare, bounds = self.face.cap_min_mm, self.face.thicken_mm / 2, region.bounds
        ways = zip(self._ways, self._reaches[number], strict=True)
        return [(cap * reach + y * middle_y + spare - bounds[at], x) for (at, x, y), reach in ways]


class Across:
    """Lines straight across a part of the metal; see Side."""

    def __init__(self, region: Region, face: Face, lines: Mapping[int, Shaped | Upright]) -> None:
        self._region = region
        self._block = Block(face, lines, region.directions)

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        return lay_block(self._region, self._block, self._block.best(self._region))

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        return room_in_block_mm(self._region, self._block, number)


def lay_block(region: Region, block: Block, best: tuple[float, float]) -> SideLayout:
    """Lay measured lines out in this part of the metal, where Block.best found the most room."""
    cap, middle = best
    face = block.face
    problems: Mapping[int, Problem] = {}
    if cap < face.cap_min_mm:
        cap = face.cap_min_mm
        everywhere = {spot: _outside(region, block, spot) for spot in region.middles}
        middle = min(everywhere, key=lambda spot: _blame(everywhere[spot]))
        problems = everywhere[middle]
    placed = tuple(
        PlacedLine(number, line, x=cap * x, y=middle + cap * y, cap_mm=cap)
        for number, line in block.lines.items()
        if isinstance(line, Shaped)
        for x, y in [block.offsets[number]]
    )
    return SideLayout(cap, placed, problems)


def room_in_block_mm(region: Region, block: Block, number: int) -> float:
    """How much longer one of these lines may grow at the face's least height."""
    return max([-block.too_long_mm(number, region, middle) for middle in region.middles])


def _baselines(face: Face, lines: Sequence[Shaped | Upright]) -> list[float]:
    found = [0.0]
    for upper, lower in pairwise(lines):
        found.append(found[-1] - max(face.leading, lower.top - upper.bottom + LINE_GAP))
    return found


def _outside(region: Region, block: Block, middle: float) -> dict[int, TooTall | TooLong]:
    found: dict[int, TooTall | TooLong] = {}
    for number in block.lines:
        if (tall := block.too_tall_mm(number, region, middle)) > _TINY:
            found[number] = TooTall(tall)
        elif (long := block.too_long_mm(number, region, middle)) > _TINY:
            found[number] = TooLong(long)
    return found


def _blame(problems: Mapping[int, TooTall | TooLong]) -> tuple[int, float]:
    """How many lines, and how much of them: no line is blamed needlessly."""
    return len(problems), sum(problem.over_mm for problem in problems.values())
