"""Words straight across an area: centred by their ink, as large as the metal allows."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, Protocol

from shop.engraving.areas import Region
from shop.engraving.geometry import Directions, Numbers, Point
from shop.engraving.placement import AnyLine, PlacedLine, SideLayout
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaped import Shaped

LINE_GAP: Final = 0.25
"""Least bare metal between the ink of two lines, in capitals' heights."""

_TINY: Final = 1e-9


class Measured(Protocol):
    """What is asked of a line here; see Shaped."""

    @property
    def left(self) -> float: ...  # noqa: D102
    @property
    def right(self) -> float: ...  # noqa: D102
    @property
    def bottom(self) -> float: ...  # noqa: D102
    @property
    def top(self) -> float: ...  # noqa: D102
    def reaches(self, ways: Directions) -> Numbers: ...  # noqa: D102


class Heights(Protocol):
    """What is asked of a face here; see Face."""

    @property
    def cap_min_mm(self) -> float: ...  # noqa: D102
    @property
    def cap_max_mm(self) -> float: ...  # noqa: D102
    @property
    def leading(self) -> float: ...  # noqa: D102


class Block:
    """Lines one below the other, in capitals' heights about the middle of their ink.

    They are measured once, in the directions given; every region they are tried in must have the same.
    """

    def __init__(self, face: Heights, lines: Mapping[int, Measured], ways: Directions) -> None:
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        self.lines = dict(sorted(lines.items()))
        self.face, self.ways, self._half = face, ways, ways.half
        self._least = np.minimum.reduce  # half the way of an array's own min

    @cached_property
    def _ups(self) -> list[float]:
        return self._about_middle(list(self.lines.values()))

    @cached_property
    def _reaches(self) -> Numbers:
        """How far each line reaches; where it does not, it grows so little that nothing is in its way."""
        import numpy as np  # noqa: PLC0415

        placed = zip(self.lines.values(), self._ups, strict=True)
        found: Numbers = np.array([line.reaches(self.ways) + up * self._half.y for line, up in placed])
        return found

    @property
    def offsets(self) -> list[Point]:
        """Where the baseline of each line begins."""
        lines = self.lines.values()
        return [(-(line.left + line.right) / 2, up) for line, up in zip(lines, self._ups, strict=True)]

    @property
    def least(self) -> float:
        """The size below which the words do not fit."""
        return self.face.cap_min_mm

    def changed(self, number: int, line: AnyLine) -> "Block":
        """The same with another line in the place of one."""
        return Block(self.face, {**self.lines, number: line}, self.ways)

    @cached_property
    def _furthest(self) -> Numbers:
        import numpy as np  # noqa: PLC0415

        found: Numbers = np.maximum.reduce(self._reaches, axis=0, initial=_TINY)
        return found

    def reaches_mm(self, size: float) -> Numbers:
        """How far each line reaches in each direction of the half with capitals so many mm high."""
        return size * self._reaches

    def best(self, region: Region) -> tuple[float, float]:
        """The largest capitals in mm that fit, up to the face's largest, and where their middle then lies.

        Less than the face's least height when the words do not fit.
        """
        # The heights up to which the ink, growing from each middle, stays inside every edge.
        found = self._least(region.spaces / self._furthest, axis=1).tolist()
        most = self.face.cap_max_mm
        for middle, cap in zip(region.middles, found, strict=True):
            if cap >= most:
                return most, middle
        cap = max(found)
        return cap, region.middles[found.index(cap)]

    def rooms_mm(self, region: Region) -> dict[int, float]:
        """How much longer each line may grow at the face's least height; negative when it is too long.

        A line that sticks out at one side is too long by twice as much, for it stays in the middle.
        """
        across = self._half.across
        left = region.spaces[:, across] - self.face.cap_min_mm * self._reaches[:, None, across]
        rooms = self._least(left / self._half.across_x, axis=2).max(axis=1)
        return dict(zip(self.lines, (2 * rooms).tolist(), strict=True))

    def room_with_all_mm(self, region: Region, number: int) -> float:
        """How much longer one line may grow where all fit at the face's least height; -inf when none do."""
        half, least = self._half, self._least
        left = region.spaces - self.face.cap_min_mm * self._reaches[:, None]
        own = left[list(self.lines).index(number), :, half.across]
        rooms, spares = least(own / half.across_x, axis=1).tolist(), least(left, axis=2).tolist()
        fits = [min(spare) >= 0 for spare in zip(*spares, strict=True)]
        return max([2 * room for room, fit in zip(rooms, fits, strict=True) if fit], default=-math.inf)

    def outside(self, region: Region) -> list[dict[int, TooTall | TooLong]]:
        """About each middle, the lines that leave the region at the face's least height."""
        over = self.face.cap_min_mm * self._reaches[:, None] - region.spaces
        tall = over[:, :, self._half.upright].max(axis=2, initial=0.0).tolist()
        across = self._half.across
        long = (2 * over[:, :, across] / self._half.across_x).max(axis=2).tolist()
        found: list[dict[int, TooTall | TooLong]] = [{} for _ in region.middles]
        for number, talls, longs in zip(self.lines, tall, long, strict=True):
            for problems, over_tall, over_long in zip(found, talls, longs, strict=True):
                if over_tall > _TINY:
                    problems[number] = TooTall(over_tall)
                elif over_long > _TINY:
                    problems[number] = TooLong(over_long)
        return found

    def placed(self, cap: float, middle: float) -> tuple[PlacedLine, ...]:
        """The words, with capitals so many mm high, about this middle."""
        return tuple(
            PlacedLine(number, line, x=cap * x, y=middle + cap * y, cap_mm=cap)
            for (number, line), (x, y) in zip(self.lines.items(), self.offsets, strict=True)
            if isinstance(line, Shaped)
        )

    def _about_middle(self, lines: Sequence[Measured]) -> list[float]:
        """How far above the middle of all their ink each line's baseline is."""
        if len(lines) == 1:
            return [-(lines[0].top + lines[0].bottom) / 2]
        bases = [0.0]
        for upper, lower in pairwise(lines):
            bases.append(bases[-1] - self._apart(upper, lower))
        top = max([base + line.top for line, base in zip(lines, bases, strict=True)])
        bottom = min([base + line.bottom for line, base in zip(lines, bases, strict=True)])
        return [base - (top + bottom) / 2 for base in bases]

    def _apart(self, upper: Measured, lower: Measured) -> float:
        """From one baseline to the next."""
        return max(self.face.leading, lower.top - upper.bottom + LINE_GAP)


class AnyBlock(Protocol):
    """Straight lines in one face (Block), or in several (mixed_faces.py); sizes are those of `best`."""

    @property
    def least(self) -> float: ...  # noqa: D102
    def changed(self, number: int, line: AnyLine) -> "AnyBlock": ...  # noqa: D102
    def best(self, region: Region) -> tuple[float, float]: ...  # noqa: D102
    def placed(self, cap: float, middle: float) -> tuple[PlacedLine, ...]: ...  # noqa: D102
    def rooms_mm(self, region: Region) -> dict[int, float]: ...  # noqa: D102
    def room_with_all_mm(self, region: Region, number: int) -> float: ...  # noqa: D102
    def outside(self, region: Region) -> list[dict[int, TooTall | TooLong]]: ...  # noqa: D102


class Across:
    """Lines straight across a part of the metal; see Side."""

    def __init__(self, region: Region, block: AnyBlock) -> None:
        self._region, self._block = region, block

    def changed(self, number: int, line: AnyLine) -> "Across":
        """The same with another line in the place of one."""
        return Across(self._region, self._block.changed(number, line))

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        return lay_block(self._region, self._block, self._block.best(self._region))

    @property
    def fits(self) -> bool:
        """Whether they fit."""
        return self._block.best(self._region)[0] >= self._block.least

    def room_with_all_mm(self, number: int) -> float | None:
        """How much longer one of them may grow while all fit."""
        return self._block.room_with_all_mm(self._region, number)

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        return self._rooms[number]

    @cached_property
    def _rooms(self) -> dict[int, float]:
        return self._block.rooms_mm(self._region)


def lay_block(region: Region, block: AnyBlock, best: tuple[float, float]) -> SideLayout:
    """Lay measured lines out in this part of the metal, where Block.best found the most room."""
    cap, middle = best
    problems: Mapping[int, Problem] = {}
    if cap < block.least:
        cap = block.least
        everywhere = zip(block.outside(region), region.middles, strict=True)
        problems, middle = min(everywhere, key=lambda spot: _blame(spot[0]))
    placed = block.placed(cap, middle)
    return SideLayout(placed[0].cap_mm if placed else cap, placed, problems)


def _blame(problems: Mapping[int, TooTall | TooLong]) -> tuple[int, float]:
    """How many lines, and how much of them: no line is blamed needlessly."""
    return len(problems), sum(problem.over_mm for problem in problems.values())
