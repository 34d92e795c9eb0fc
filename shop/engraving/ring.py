"""Words round a ring: each letter stands upright on a circle inside the band."""

import math
from collections.abc import Mapping
from typing import Final

from shop.engraving.areas import Area, Band, engravable_band
from shop.engraving.faces import Face
from shop.engraving.geometry import highest
from shop.engraving.placing import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaping import Shaped

RING_GAP_MM: Final = 1.5
"""Least bare metal between the end of a ring's words and the next beginning."""

_TINY: Final = 1e-9


def lay_round(area: Area, face: Face, lines: Mapping[int, Shaped]) -> SideLayout:
    """See lay_out: the same for a ring, where line n begins its turn n - 1 equal parts from the top."""
    top, bottom = max(line.top for line in lines.values()), min(line.bottom for line in lines.values())
    metal = engravable_band(area)
    problems: dict[int, Problem] = {}
    least = face.cap_min_mm
    radius = _baseline(metal, least, top, bottom)
    for number, line in lines.items():
        over_tall = _over_band(metal, face, line, radius, least)
        over_long = _wide(line) * least - _arc_mm(area, face, radius)
        if over_tall > _TINY:
            problems[number] = TooTall(over_tall)
        elif over_long > _TINY:
            problems[number] = TooLong(over_long)

    def fits(cap: float) -> bool:
        radius = _baseline(metal, cap, top, bottom)
        return all(
            _over_band(metal, face, line, radius, cap) <= 0
            and _wide(line) * cap <= _arc_mm(area, face, radius)
            for line in lines.values()
        )

    cap = least if problems else highest(fits, least, face.cap_max_mm)
    radius = _baseline(metal, cap, top, bottom)
    placed = tuple(
        PlacedLine(
            number,
            line,
            x=-cap * (line.left + line.right) / 2,
            y=radius,
            cap_mm=cap,
            turn=2 * math.pi * (number - 1) / area.lines,
            pitch=radius,
        )
        for number, line in lines.items()
    )
    return SideLayout(cap, placed, problems)


def _baseline(metal: Band, cap: float, top: float, bottom: float) -> float:
    """The radius at which the ink stands in the middle of the band."""
    return (metal.inner + metal.outer) / 2 - cap * (top + bottom) / 2


def _over_band(metal: Band, face: Face, line: Shaped, radius: float, cap: float) -> float:
    """How far the ink of upright letters, each turned to stand on the circle, leaves the band."""
    outmost = max([math.hypot(x * cap, radius + y * cap) for x, y in line.heads])
    # Under a letter the circle bends away, so its lowest point is nearest when straight below.
    inmost = radius + cap * line.bottom
    return max(outmost - metal.outer, metal.inner - inmost) + face.thicken_mm / 2


def _wide(line: Shaped | Upright) -> float:
    return line.right - line.left


def _arc_mm(area: Area, face: Face, radius: float) -> float:
    """The length one line may have along its baseline."""
    return max(0.0, 2 * math.pi * radius / area.lines - RING_GAP_MM - face.thicken_mm)


def room_round_mm(area: Area, face: Face, lines: Mapping[int, Shaped | Upright], number: int) -> float:
    """See room_left_mm: the same for a ring."""
    top, bottom = max(line.top for line in lines.values()), min(line.bottom for line in lines.values())
    radius = _baseline(engravable_band(area), face.cap_min_mm, top, bottom)
    return _arc_mm(area, face, radius) - _wide(lines[number]) * face.cap_min_mm
