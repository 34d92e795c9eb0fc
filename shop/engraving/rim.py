"""Words inside the lower rim of a disc, heads towards the middle; the other lines straight above them."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from shop.engraving.areas import ROUND, Area, Region, above_arc, engravable_radius
from shop.engraving.faces import Face, opened
from shop.engraving.geometry import highest
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
        self._tried: dict[float, tuple[Arc, Region, tuple[float, float]]] = {}

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        least = self._face.cap_min_mm
        cap = highest(self._room, least, max(least, RIM_SHARE * self._face.cap_max_mm))
        arc, left, best = self._attempt(cap)
        above = lay_block(left, self._block, best) if self._block else SideLayout(arc.cap, (), {})
        problems = {**above.problems, self._number: arc.problem} if arc.problem else above.problems
        return SideLayout(above.cap_mm, (*above.lines, arc.placed), problems)

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        arc, left, _ = self._attempt(self._face.cap_min_mm)
        if number == self._number:
            return -arc.over_long
        assert self._block is not None
        return room_in_block_mm(left, self._block, number)

    def _attempt(self, cap: float) -> tuple["Arc", Region, tuple[float, float]]:
        """The rim's capitals this high, what they leave; how high those above then are at most, and where."""
        if cap not in self._tried:
            arc = Arc(self._area, self._face, self._words, cap)
            left = arc.above
            self._tried[cap] = arc, left, self._block.best(left) if self._block else (math.inf, 0.0)
        return self._tried[cap]

    def _room(self, cap: float) -> float:
        """Whether the rim's capitals may be this high: below zero when not."""
        arc, _, (above, _) = self._attempt(cap)
        return min(above - LEAD * cap, -arc.over)


class Arc:
    """A line on a disc's rim, its capitals `cap` mm high, as far out as all of its ink allows."""

    def __init__(self, area: Area, face: Face, words: Shaped | Upright, cap: float) -> None:
        font = opened(face)
        self.area, self.words, self.cap = area, words, cap
        self._spare = face.thicken_mm / 2
        self._reach = reach = engravable_radius(area) - self._spare
        # The ink in mm that may stick out, each letter about its own middle, from the baseline downwards.
        feet = [(cap * x, cap * y) for x, y in words.feet]
        around = reach**2
        self.radius = min([(math.sqrt(left) if (left := around - x**2) > 0 else 0.0) - y for x, y in feet])
        """Of the baseline."""
        # Half a small letter above the baseline: so neither the feet part nor the heads crowd.
        self._pitch = self.radius - cap * font.x_height / font.cap_height / 2
        # How near to the middle the ink comes: straight above a letter's middle it is nearest.
        self._inner = self.radius - cap * words.top - self._spare
        over_wide = max([x for x, _ in feet]) - reach  # a letter wider than the disc
        self._over_tall = max(over_wide, _INNERMOST * reach - self._inner)

    @property
    def placed(self) -> PlacedLine:
        """The line where it stands."""
        assert isinstance(self.words, Shaped)
        begins = -self.cap * (self.words.left + self.words.right) / 2
        return PlacedLine(
            self.area.lines, self.words, x=begins, y=-self.radius, cap_mm=self.cap, pitch=-self._pitch
        )

    @property
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

    @property
    def above(self) -> Region:
        """The part of the disc left to straight lines."""
        long = min(self._half_turn, LONGEST_ARC / 2)
        inner = max(self._inner, _INNERMOST * self._reach)
        return above_arc(self.area, long, inner - RIM_GAP * self.cap)

    @property
    def _half_turn(self) -> float:
        """The largest angle between straight down and any ink."""
        if self._pitch <= 0:
            return 0.0
        cap, spare, pitch, radius, atan2 = self.cap, self._spare, self._pitch, self.radius, math.atan2
        wide, top = self.words.largest
        innermost = radius - cap * top - spare
        # No letter is turned further by its own width than the widest would be at the highest one's top.
        most = atan2(cap * wide + spare, innermost) if innermost > 0 else math.pi
        turned = 0.0
        for out, half, high in self.words.outwards:
            turn = cap * out / pitch
            if turn + most <= turned:
                break
            nearest = radius - cap * high - spare
            turned = max(turned, turn + atan2(cap * half + spare, nearest))
        return turned
