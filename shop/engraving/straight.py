"""Words straight across an area: centred by their ink, as large as the metal allows."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from shop.engraving.areas import Region
from shop.engraving.faces import Face
from shop.engraving.geometry import Directions, Numbers, Point
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
        import numpy as np  # noqa: PLC0415 - only where words are laid out

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
        self._ways = half = ways.half
        self._reaches: dict[int, Numbers] = {}
        for number, line in self.lines.items():
            reaches = line.reaches(ways, *self.offsets[number])
            # A region is mirrored left and right: whatever reaches further counts for both.
            self._reaches[number] = np.maximum(reaches[half.at], reaches[half.mirrored])
        furthest = np.maximum.reduce(list(self._reaches.values()))
        grows = np.flatnonzero(furthest > _TINY)
        self._grows = furthest[grows], half.at[grows], half.y[grows]

    def best(self, region: Region) -> tuple[float, float]:
        """The largest capitals in mm that fit, up to the face's largest, and where their middle then lies.

        Less than the face's least height when the words do not fit.
        """
        most, found = self.face.cap_max_mm, self._largest(region)
        for middle, cap in enumerate(found):
            if cap >= most:
                return most, float(region.middles[middle])
        cap = max(found)
        return cap, float(region.middles[found.index(cap)])

    def _largest(self, region: Region) -> list[float]:
        """The heights in mm up to which the ink, growing from each middle, stays inside every edge."""
        furthest, at, y = self._grows
        bounds = region.bounds[at] - self.face.thicken_mm / 2
        heights = (bounds - y * region.middles[:, None]) / furthest
        found: list[float] = heights.min(axis=1, initial=math.inf).tolist()
        return found

    def too_tall_mm(self, number: int, region: Region) -> list[float]:
        """How much too tall one line is at the face's least height, about each middle; 0 when it is not."""
        over = self._over(number, region)[:, self._ways.upright]
        found: list[float] = over.max(axis=1, initial=0.0).tolist()
        return found

    def too_long_mm(self, number: int, region: Region) -> list[float]:
        """How much too long one line is at the face's least height, about each middle; negative with room.

        A line that sticks out at one side is too long by twice as much, for it stays in the middle.
        """
        across = self._ways.across
        over = 2 * self._over(number, region)[:, across] / self._ways.x[across]
        found: list[float] = over.max(axis=1).tolist()
        return found

    def _over(self, number: int, region: Region) -> Numbers:
        """How far it leaves the region, in mm: about each middle, in each direction."""
        cap, spare, ways = self.face.cap_min_mm, self.face.thicken_mm / 2, self._ways
        lifted = cap * self._reaches[number] + ways.y * region.middles[:, None]
        return lifted + spare - region.bounds[ways.at]


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
        everywhere = dict(zip(region.middles.tolist(), _outside(region, block), strict=True))
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
    return max([-over for over in block.too_long_mm(number, region)])


def _baselines(face: Face, lines: Sequence[Shaped | Upright]) -> list[float]:
    found = [0.0]
    for upper, lower in pairwise(lines):
        found.append(found[-1] - max(face.leading, lower.top - upper.bottom + LINE_GAP))
    return found


def _outside(region: Region, block: Block) -> list[dict[int, TooTall | TooLong]]:
    """About each middle, the lines that leave the region."""
    found: list[dict[int, TooTall | TooLong]] = [{} for _ in region.middles]
    for number in block.lines:
        over = zip(block.too_tall_mm(number, region), block.too_long_mm(number, region), strict=True)
        for problems, (tall, long) in zip(found, over, strict=True):
            if tall > _TINY:
                problems[number] = TooTall(tall)
            elif long > _TINY:
                problems[number] = TooLong(long)
    return found


def _blame(problems: Mapping[int, TooTall | TooLong]) -> tuple[int, float]:
    """How many lines, and how much of them: no line is blamed needlessly."""
    return len(problems), sum(problem.over_mm for problem in problems.values())
