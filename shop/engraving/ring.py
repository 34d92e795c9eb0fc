"""Words round a ring: each letter stands upright on a circle inside the band."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from shop.engraving.areas import Area, engravable_band
from shop.engraving.faces import Face
from shop.engraving.geometry import Point, frontier, highest
from shop.engraving.limits import RING_GAP_MM
from shop.engraving.placement import AnyLine, PlacedLine, SideLayout
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaped import Shaped

_TINY: Final = 1e-9


class Round:
    """Words round a ring, where line n begins its turn n - 1 equal parts from the top; see Side."""

    def __init__(self, area: Area, face: Face, lines: Mapping[int, AnyLine]) -> None:
        self._area, self._face, self._lines = area, face, lines
        self._metal = engravable_band(area)
        self._top = max(line.top for line in lines.values())
        self._bottom = min(line.bottom for line in lines.values())
        self._wide = max(_wide(line) for line in lines.values())

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        least = self._face.cap_min_mm
        problems = self._problems(least)
        cap = least if problems else highest(self._room, least, self._face.cap_max_mm)
        return self.laid(cap, problems)

    def laid(self, cap: float, problems: Mapping[int, Problem]) -> SideLayout:
        """The words with capitals so many mm high."""
        radius = self._baseline(cap)
        placed = tuple(
            PlacedLine(
                number,
                line,
                x=-cap * (line.left + line.right) / 2,
                y=radius,
                cap_mm=cap,
                turn=2 * math.pi * (number - 1) / self._area.lines,
                pitch=radius,
            )
            for number, line in self._lines.items()
            if isinstance(line, Shaped)
        )
        return SideLayout(cap, placed, problems)

    def changed(self, number: int, line: AnyLine) -> "Round":
        """The same with another line in the place of one."""
        return Round(self._area, self._face, {**self._lines, number: line})

    @property
    def fits(self) -> bool:
        """Whether they fit."""
        return not self._problems(self._face.cap_min_mm)

    def room_with_all_mm(self, number: int) -> float | None:
        """How much longer one of them may grow while all fit: it is in no other's way."""
        return self.room_mm(number) if self.fits else -math.inf

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        cap = self._face.cap_min_mm
        return _arc_mm(self._area, self._face, self._baseline(cap)) - _wide(self._lines[number]) * cap

    def _problems(self, cap: float) -> dict[int, Problem]:
        found: dict[int, Problem] = {}
        for number, line in self._lines.items():
            over_tall, over_long = self._over_mm(line.heads, line.bottom, _wide(line), cap)
            if over_tall > _TINY:
                found[number] = TooTall(over_tall)
            elif over_long > _TINY:
                found[number] = TooLong(over_long)
        return found

    @cached_property
    def _heads(self) -> Sequence[Point]:
        first, *others = [line.heads for line in self._lines.values()]
        return frontier([*first, *(point for heads in others for point in heads)]) if others else first

    def _room(self, cap: float) -> float:
        """Whether the capitals may be this high: below zero when not."""
        return -max(self._over_mm(self._heads, self._bottom, self._wide, cap))

    def _over_mm(self, heads: Sequence[Point], bottom: float, wide: float, cap: float) -> tuple[float, float]:
        """How much too tall and too long words are, each letter turned to the circle; negative with room."""
        radius, metal = self._baseline(cap), self._metal
        outmost = max([math.hypot(x * cap, radius + y * cap) for x, y in heads])
        # Under a letter the circle bends away, so its lowest point is nearest when straight below.
        inmost = radius + cap * bottom
        over_tall = max(outmost - metal.outer, metal.inner - inmost) + self._face.thicken_mm / 2
        return over_tall, wide * cap - _arc_mm(self._area, self._face, radius)

    def _baseline(self, cap: float) -> float:
        """The radius at which the ink stands in the middle of the band."""
        return (self._metal.inner + self._metal.outer) / 2 - cap * (self._top + self._bottom) / 2


def _wide(line: AnyLine) -> float:
    return line.right - line.left


def _arc_mm(area: Area, face: Face, radius: float) -> float:
    """The length one line may have along its baseline."""
    return max(0.0, 2 * math.pi * radius / area.lines - RING_GAP_MM - face.thicken_mm)
