"""Words inside the lower rim of a disc, heads towards the middle; the other lines straight above them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shop.engraving.areas import ROUND, Area, Region, above_arc, engravable, engravable_radius
from shop.engraving.faces import Face, opened
from shop.engraving.geometry import Point, highest
from shop.engraving.placing import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaping import Shaped
from shop.engraving.straight import Block, lay_across, lay_block, room_across_mm

LONGEST_ARC: Final = math.radians(200)
"""Words further round would stand on their heads."""

RIM_SHARE: Final = 0.62
"""The largest capitals on a rim, as a share of the face's largest."""

LEAD: Final = 1.3
"""How much larger than the rim's the capitals above are to be, as long as the rim's stay legible."""

RIM_GAP: Final = 0.4
"""Least bare metal between the words on a rim and those above, in the capitals' heights of the rim."""

_INNERMOST: Final = 0.4
"""How near to the middle letters on a rim may reach, as a share of the engravable radius."""
_TINY: Final = 1e-9


def lay_with_rim(area: Area, face: Face, lines: Mapping[int, Shaped]) -> SideLayout:
    """See lay_out: the same for a disc with a rim, whose last line runs along it.

    The words on the rim give way to those above them, down to the least legible height.
    """
    straight = {number: line for number, line in lines.items() if number != area.lines}
    if area.lines not in lines:
        return lay_across(engravable(area), face, straight)
    words = lines[area.lines].apart
    block = Block(face, straight, ROUND) if straight else None
    tried: dict[float, tuple[Arc, tuple[float, float]]] = {}

    def attempt(cap: float) -> tuple[Arc, tuple[float, float]]:
        if cap not in tried:
            arc = Arc(area, face, words, cap)
            tried[cap] = arc, block.best(arc.above) if block else (math.inf, 0.0)
        return tried[cap]

    def fits(cap: float) -> bool:
        arc, (above, _) = attempt(cap)
        return arc.problem is None and above >= LEAD * cap

    least = face.cap_min_mm
    arc, best = attempt(highest(fits, least, max(least, RIM_SHARE * face.cap_max_mm)))
    above = lay_block(arc.above, straight, block, best) if block else SideLayout(arc.cap, (), {})
    problems = {**above.problems, area.lines: arc.problem} if arc.problem else above.problems
    return SideLayout(above.cap_mm, (*above.lines, arc.placed), problems)


def room_with_rim_mm(area: Area, face: Face, lines: Mapping[int, Shaped | Upright], number: int) -> float:
    """See room_left_mm: the same for a disc with a rim."""
    words = lines.get(area.lines)
    if isinstance(words, Shaped):
        words = words.apart
    arc = Arc(area, face, words, face.cap_min_mm) if words else None
    if arc and number == area.lines:
        return -arc.over_long
    straight = {line: shaped for line, shaped in lines.items() if line != area.lines}
    return room_across_mm(arc.above if arc else engravable(area), face, straight, number)


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
        over_wide = max([x for x, _ in self._feet]) - self._reach  # a letter wider than the disc
        over_tall = max(over_wide, _INNERMOST * self._reach - self._inner)
        if over_tall > _TINY:
            return TooTall(over_tall)
        return TooLong(self.over_long) if self.over_long > _TINY else None

    @property
    def over_long(self) -> float:
        """How much longer than the longest arc the line is, in mm; negative when it is shorter."""
        return self.cap * (self.words.right - self.words.left) - LONGEST_ARC * self._pitch

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
        if isinstance(self.words, Upright) or self._pitch <= 0:
            return 0.0
        line, spare = self.placed, self.face.thicken_mm / 2
        turns = []
        for cluster in self.words.inked:
            left, _, right, top = cluster.box
            half, nearest = self.cap * (right - left) / 2 + spare, self.radius - self.cap * top - spare
            turns.append(abs(line.turn_of(cluster.middle)) + math.atan2(half, nearest))
        return max(turns)

    @cached_property
    def _feet(self) -> list[Point]:
        """The ink in mm that may stick out, each letter about its own middle, from the baseline downwards."""
        return [(self.cap * x, self.cap * y) for x, y in self.words.feet]
