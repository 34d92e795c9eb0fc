"""Words inside the lower rim of a disc, heads towards the middle; the other lines straight above them."""

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from shop.engraving.areas import ROUND, Area, Region, above_arc, engravable_radius
from shop.engraving.faces import Face, opened
from shop.engraving.geometry import highest
from shop.engraving.limits import LONGEST_ARC
from shop.engraving.line_faces import AnyFace, face_on, small_letter, thickest_mm
from shop.engraving.mixed_faces import block_of, size_of_small
from shop.engraving.placement import AnyLine, PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaped import Shaped
from shop.engraving.straight import AnyBlock, lay_block

RIM_SHARE: Final = 0.62
"""The largest capitals on a rim, as a share of the face's largest."""

LEAD: Final = 1.3
"""How much larger than the rim's the capitals above are to be, as long as the rim's stay legible; where they
are of several faces, the small letters."""

RIM_GAP: Final = 0.4
"""Least bare metal between the words on a rim and those above, in the capitals' heights of the rim."""

_INNERMOST: Final = 0.4
"""How near to the middle letters on a rim may reach, as a share of the engravable radius."""
_TINY: Final = 1e-9


class WithRim:
    """Lines of a disc of which the last runs along its rim; see Side.

    The words on the rim give way to those above them, down to the least legible height.
    """

    def __init__(self, face: Face, rim: "Rim", block: AnyBlock | None, lead: float) -> None:
        self._face, self._rim, self._block, self._lead = face, rim, block, lead
        self._number = rim.number
        self._tried: dict[float, tuple[Arc, Region, tuple[float, float]]] = {}

    @classmethod
    def of(cls, area: Area, face: AnyFace, lines: Mapping[int, AnyLine]) -> "WithRim":
        """Measure these lines."""
        own = face_on(face, area.lines)
        rim = Rim(area, own, lines[area.lines], thickest_mm(face, lines) / 2)
        straight = {number: line for number, line in lines.items() if number != area.lines}
        block = block_of(face, straight, ROUND) if straight else None
        return cls(own, rim, block, LEAD * (small_letter(own) / size_of_small(face, straight)))

    def changed(self, number: int, line: AnyLine) -> "WithRim":
        """The same with another line in the place of one."""
        if self._block is None or number == self._number:
            return WithRim(self._face, self._rim.changed(line), self._block, self._lead)
        return WithRim(self._face, self._rim, self._block.changed(number, line), self._lead)

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        least = self._face.cap_min_mm
        cap = highest(self._room, least, max(least, RIM_SHARE * self._face.cap_max_mm))
        arc, left, best = self._attempt(cap)
        above = lay_block(left, self._block, best) if self._block else SideLayout(arc.cap, (), {})
        problems = {**above.problems, self._number: arc.problem} if arc.problem else above.problems
        return SideLayout(above.cap_mm, (*above.lines, *self._rim.placed(arc)), problems)

    @property
    def fits(self) -> bool:
        """Whether they fit."""
        arc, _, (above, _) = self._attempt(self._face.cap_min_mm)
        return arc.problem is None and above >= self._least

    def room_with_all_mm(self, number: int) -> float | None:
        """Of those on the rim only where the others fit above the longest arc: longer words leave less."""
        if number == self._number or self._block is None:
            return self._room_on_rim()
        arc, left = self._rim.left(self._face.cap_min_mm)
        return -math.inf if arc.problem else self._block.room_with_all_mm(left, number)

    def _room_on_rim(self) -> float | None:
        arc = self._rim.at(self._face.cap_min_mm)
        if arc.problem:
            return -math.inf
        above = self._block.best(self._rim.above(arc, LONGEST_ARC / 2))[0] if self._block else math.inf
        return -arc.over_long if above >= self._least else None

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        if number == self._number or self._block is None:
            return -self._rim.at(self._face.cap_min_mm).over_long
        return self._block.rooms_mm(self._rim.left(self._face.cap_min_mm)[1])[number]

    def _attempt(self, cap: float) -> tuple["Arc", Region, tuple[float, float]]:
        """The rim's capitals this high, what they leave; how high those above then are at most, and where."""
        tried = self._tried.get(cap)
        if tried is None:
            arc, left = self._rim.left(cap)
            best = self._block.best(left) if self._block else (math.inf, 0.0)
            tried = self._tried[cap] = arc, left, best
        return tried

    def _room(self, cap: float) -> float:
        """Whether the rim's capitals may be this high: below zero when not."""
        arc, _, (above, _) = self._attempt(cap)
        return min(above - max(self._lead * cap, self._least), -arc.over)

    @property
    def _least(self) -> float:
        """The least size of the lines above, as their block tells sizes."""
        return self._block.least if self._block else 0.0


class Arc(NamedTuple):
    """A line on a disc's rim, its capitals `cap` mm high, as far out as all of its ink allows.

    Its baseline has the `radius`, its letters are as far apart as on a straight line at the radius `pitch`,
    its ink comes as near to the middle as `inner`. `over_tall` and `over_long`: how much there is too much of
    it, in mm, or negative.
    """

    cap: float
    radius: float
    pitch: float
    inner: float
    over_tall: float
    over_long: float

    @property
    def problem(self) -> Problem | None:
        """Why the line cannot stand like this."""
        if self.over_tall > _TINY:
            return TooTall(self.over_tall)
        return TooLong(self.over_long) if self.over_long > _TINY else None

    @property
    def over(self) -> float:
        """How much there is too much of the line, in either way and in mm; 0 or less when it can stand."""
        over = max(self.over_tall, self.over_long)
        return over if over > _TINY else min(over, 0.0)


class Rim:
    """The words on a disc's rim, to be tried at any height."""

    def __init__(self, area: Area, face: Face, words: AnyLine, spare: float) -> None:
        font = opened(face)
        self.number = area.lines
        self._area, self._face, self._words = area, face, (words := words.apart)
        self._spare = spare
        self._reach = engravable_radius(area) - self._spare
        self._top, self._wide = words.top, words.right - words.left
        self._x_height, self._cap_height = font.x_height, font.cap_height

        self._left: dict[float, tuple[Arc, Region]] = {}

    def changed(self, words: AnyLine) -> "Rim":
        """Other words in the same place."""
        return Rim(self._area, self._face, words, self._spare)

    def left(self, cap: float) -> tuple[Arc, Region]:
        """The line with its capitals so many mm high, and the part of the disc left to straight lines."""
        found = self._left.get(cap)
        if found is None:
            arc = self.at(cap)
            found = self._left[cap] = arc, self.above(arc, min(self._half_turn(arc), LONGEST_ARC / 2))
        return found

    def at(self, cap: float) -> Arc:
        """The line with its capitals so many mm high."""
        reach = self._reach
        radius = min([_stands_at(part, reach, cap) for part in self._words.parts])
        # Half a small letter above the baseline: so neither the feet part nor the heads crowd.
        pitch = radius - cap * self._x_height / self._cap_height / 2
        # How near to the middle the ink comes: straight above a letter's middle it is nearest.
        inner = radius - cap * self._top - self._spare
        over_wide = cap * max([part.feet[0][0] for part in self._words.parts]) - reach  # wider than the disc
        over_tall = max(over_wide, _INNERMOST * reach - inner)
        return Arc(cap, radius, pitch, inner, over_tall, cap * self._wide - LONGEST_ARC * pitch)

    def placed(self, arc: Arc) -> Iterator[PlacedLine]:
        """The line where it stands, when it is one."""
        words = self._words
        if not isinstance(words, Shaped):
            return
        begins = -arc.cap * (words.left + words.right) / 2
        yield PlacedLine(self.number, words, x=begins, y=-arc.radius, cap_mm=arc.cap, pitch=-arc.pitch)

    def above(self, arc: Arc, half_turn: float) -> Region:
        """The part of the disc left to straight lines by an arc that runs so far to both sides."""
        inner = max(arc.inner, _INNERMOST * self._reach)
        return above_arc(self._area, half_turn, inner - RIM_GAP * arc.cap, self._spare)

    def _half_turn(self, arc: Arc) -> float:
        """The largest angle between straight down and any ink; of larger than may be, any that is."""
        cap, radius, pitch, spare, atan2 = arc.cap, arc.radius, arc.pitch, self._spare, math.atan2
        if pitch <= 0:
            return 0.0
        wide, top = self._words.largest
        innermost = radius - cap * top - spare
        # No letter is turned further by its own width than the widest would be at the highest one's top.
        most = atan2(cap * wide + spare, innermost) if innermost > 0 else math.pi
        turned = 0.0
        for out, half, high in self._words.outwards:
            turn = cap * out / pitch
            if turn + most <= turned or turned >= LONGEST_ARC / 2:
                break
            nearest = radius - cap * high - spare
            turned = max(turned, turn + atan2(cap * half + spare, nearest))
        return turned


def _stands_at(part: Shaped | Upright, reach: float, cap: float) -> float:
    """The radius of the baseline on which words with capitals so high stand, all of them within the reach."""
    known = part.on_circles
    radius = known.get((reach, cap))
    if radius is None:
        root, around = math.sqrt, reach**2
        # The ink in mm that may stick out, each letter about its own middle, from the baseline downwards.
        feet = [(cap * x, cap * y) for x, y in part.feet]
        radius = min([(root(left) if (left := around - x**2) > 0 else 0.0) - y for x, y in feet])
        known[reach, cap] = radius
    return radius
