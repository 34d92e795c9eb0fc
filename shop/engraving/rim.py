"""Words inside the lower rim of a disc, heads towards the middle; the other lines straight above them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shop.engraving.areas import ROUND, Area, Region, above_arc, engravable_radius
from shop.engraving.faces import Face, opened
from shop.engraving.geometry import Point, highest
from shop.engraving.limits import LONGEST_ARC
from shop.engraving.placement import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaping import Shaped
from shop.engraving.straight import Block, lay_block, room_in_block_mm

RIM_SHARE: Final = 0.62
"""The largest capitals on a rim, as a share of the face's largest."""

LEAD: Final = 1.3
"""How much larger than the rim's the capitals above are to be, as long as the rim's stay legible."""

RIM_GAP: Final = 0.4
"""Least bare metal between the words on a rim and those above, in the capitals' heights of the rim."""

_INNERMOST: Final = 0.4
"""How near to the middle letters on a rim may reach, as a share of the engravable radius."""
_TINY: Final = 1e-9


class WithRim:
    """Lines of a disc of which the last runs along its rim; see Side.

    The words on the rim give way to those above them, down to the least legible height.
    """

    def __init__(self, area: Area, face: Face, lines: Mapping[int, Shaped | Upright]) -> None:
        self._area, self._face, self._number = area, face, area.lines
        self._words = lines[area.lines].apart
        straight = {number: line for number, line in lines.items() if number != area.lines}
        self._block = Block(face, straight, ROUND) if straight else None
        self._tried: dict[float, tuple[Arc, tuple[float, float]]] = {}

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        least = self._face.cap_min_mm
        cap = highest(self._room, least, max(least, RIM_SHARE * self._face.cap_max_mm))
        arc, best = self._attempt(cap)
        above = lay_block(arc.above, self._block, best) if self._block else SideLayout(arc.cap, (), {})
        problems = {**above.problems, self._number: arc.problem} if arc.problem else above.problems
        return SideLayout(above.cap_mm, (*above.lines, arc.placed), problems)

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        arc, _ = self._attempt(self._face.cap_min_mm)
        if number == self._number:
            return -arc.over_long
        assert self._block is not None
        return room_in_block_mm(arc.above, self._block, number)

    def _attempt(self, cap: float) -> tuple["Arc", tuple[float, float]]:
        """The rim's capitals this high; how high those above then are at most, and where."""
        if cap not in self._tried:
            arc = Arc(self._area, self._face, self._words, cap)
            self._tried[cap] = arc, self._block.best(arc.above) if self._block else (math.inf, 0.0)
        return self._tried[cap]

    def _room(self, cap: float) -> float:
        """Whether the rim's capitals may be this high: below zero when not."""
        arc, (above, _) = self._attempt(cap)
        return min(above - LEAD * cap, -arc.over)


@dataclass(frozen=True)
class Arc:
    """A line on a disc's rim, its capitals `cap` mm high, as far out as all of its ink allows."""

    area: Area
    face: Face
    words: Shaped | Upright
    cap: float

    @property
    def placed(self) -> PlacedLine:
        """The line where it stands."""
        assert isinstance(self.words, Shaped)
        begins = -self.cap * (self.words.left + self.words.right) / 2
        return PlacedLine(
            self.area.lines, self.words, x=begins, y=-self.radius, cap_mm=self.cap, pitch=-self._pitch
        )

    @cached_property
    def problem(self) -> Problem | None:
        """Why the line cannot stand like this."""
        if self._over_tall > _TINY:
            return TooTall(self._over_tall)
        return TooLong(self.over_long) if self.over_long > _TINY else None

    @property
    def over(self) -> float:
        """How much there is too much of the line, in either way and in mm; 0 or less when it can stand."""
        over = max(self._over_tall, self.over_long)
        return over if over > _TINY else min(over, 0.0)

    @property
    def over_long(self) -> float:
        """How much longer than the longest arc the line is, in mm; negative when it is shorter."""
        return self.cap * (self.words.right - self.words.left) - LONGEST_ARC * self._pitch

    @cached_property
    def _over_tall(self) -> float:
        over_wide = max([x for x, _ in self._feet]) - self._reach  # a letter wider than the disc
        return max(over_wide, _INNERMOST * self._reach - self._inner)

    @cached_property
    def above(self) -> Region:
        """The part of the disc left to straight lines."""
        long = min(self._half_turn, LONGEST_ARC / 2)
        inner = max(self._inner, _INNERMOST * self._reach)
        return above_arc(self.area, long, inner - RIM_GAP * self.cap)

    @cached_property
    def radius(self) -> float:
        """Of the baseline."""
        return min([math.sqrt(max(0.0, self._reach**2 - x**2)) - y for x, y in self._feet])

    @cached_property
    def _pitch(self) -> float:
        """Half a small letter above the baseline: so neither the feet part nor the heads crowd."""
        font = opened(self.face)
        return self.radius - self.cap * font.x_height / font.cap_height / 2

    @cached_property
    def _reach(self) -> float:
        return engravable_radius(self.area) - self.face.thicken_mm / 2

    @property
    def _inner(self) -> float:
        """How near to the middle the ink comes: straight above a letter's middle it is nearest."""
        return self.radius - self.cap * self.words.top - self.face.thicken_mm / 2

    @property
    def _half_turn(self) -> float:
        """The largest angle between straight down and any ink."""
        if self._pitch <= 0:
            return 0.0
        cap, spare = self.cap, self.face.thicken_mm / 2
        wide, top = self.words.largest
        innermost = self.radius - cap * top - spare
        # No letter is turned further by its own width than the widest would be at the highest one's top.
        most = math.atan2(cap * wide + spare, innermost) if innermost > 0 else math.pi
        turned = 0.0
        for out, half, high in self.words.outwards:
            turn = cap * out / self._pitch
            if turn + most <= turned:
                break
            nearest = self.radius - cap * high - spare
            turned = max(turned, turn + math.atan2(cap * half + spare, nearest))
        return turned

    @cached_property
    def _feet(self) -> list[Point]:
        """The ink in mm that may stick out, each letter about its own middle, from the baseline downwards."""
        return [(self.cap * x, self.cap * y) for x, y in self.words.feet]
