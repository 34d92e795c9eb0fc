"""Where the words of one side stand: the largest capitals, the same in every line, that fit the metal.

Words across an area are centred by their ink and grow from its middle; words round a ring follow its band.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from shop.engraving.areas import Area, Region, engravable, is_ring
from shop.engraving.faces import Face
from shop.engraving.geometry import Point, convex_hull
from shop.engraving.letters import drawable
from shop.engraving.placing import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.ring import lay_round, room_round_mm
from shop.engraving.shaping import Shaped, shape

LINE_GAP: Final = 0.25
"""Least bare metal between the ink of two lines, in capitals' heights."""

_TINY: Final = 1e-9


def lay_out(area: Area, face: Face, words: Mapping[int, str]) -> SideLayout:
    """Lay out the words of one side, by line number; lines with nothing to cut are left out.

    What does not fit at the face's least height is laid out at that height all the same, so that a proof
    can show it, and is named in `problems`.
    """
    shaped = {number: shape(face, words[number]) for number in sorted(words)}
    inked = {number: line for number, line in shaped.items() if line.hull}
    if not inked:
        return SideLayout(face.cap_min_mm, (), {})
    return lay_round(area, face, inked) if is_ring(area) else _across(area, face, inked)


def room_left_mm(area: Area, face: Face, words: Mapping[int, str], number: int) -> float:
    """How much longer line `number` may grow at the face's least height, in mm; negative when it is too long.

    For a line that is still empty: the room for one of capitals, with the other lines as they are. Takes the
    words as typed; what the face cannot cut takes no room.
    """
    shaped = {line: shape(face, drawable(face, text)) for line, text in words.items()}
    inked = {line: set_line for line, set_line in shaped.items() if set_line.hull}
    cap = face.cap_min_mm
    lines = {**inked, number: inked.get(number, Upright())}
    if is_ring(area):
        return room_round_mm(area, face, lines, number)
    block = _Block(face, lines)
    region = engravable(area)
    return max(
        2 * min(_half_width(region, face, y) - abs(x) for x, y in block.ink_mm(number, cap, middle))
        for middle in region.middles
    )


class _Block:
    """Lines one below the other, in capitals' heights about the middle of their ink."""

    def __init__(self, face: Face, lines: Mapping[int, Shaped | Upright]) -> None:
        self.lines = dict(sorted(lines.items()))
        self._baselines = _baselines(face, list(self.lines.values()))

    @cached_property
    def offsets(self) -> dict[int, Point]:
        """By line number, where its baseline begins."""
        rows = list(zip(self.lines.items(), self._baselines, strict=True))
        top = max(base + line.top for (_, line), base in rows)
        bottom = min(base + line.bottom for (_, line), base in rows)
        middle = (top + bottom) / 2
        return {number: (-(line.left + line.right) / 2, base - middle) for (number, line), base in rows}

    def ink(self, number: int) -> list[Point]:
        """The hull of one line's ink."""
        x, y = self.offsets[number]
        return [(x + px, y + py) for px, py in self.lines[number].hull]

    def ink_mm(self, number: int, cap_mm: float, middle_y: float) -> list[Point]:
        """The hull of one line's ink at this height, about the area's middle."""
        return [(x * cap_mm, middle_y + y * cap_mm) for x, y in self.ink(number)]


def _baselines(face: Face, lines: Sequence[Shaped | Upright]) -> list[float]:
    found = [0.0]
    for upper, lower in pairwise(lines):
        found.append(found[-1] - max(face.leading, lower.top - upper.bottom + LINE_GAP))
    return found


def _across(area: Area, face: Face, lines: Mapping[int, Shaped]) -> SideLayout:
    region, block = engravable(area), _Block(face, lines)
    hull = convex_hull(point for number in lines for point in block.ink(number))
    heights = {
        middle: min(face.cap_max_mm, _largest(region, face, hull, middle)) for middle in region.middles
    }
    middle = max(heights, key=heights.__getitem__)
    cap = max(face.cap_min_mm, heights[middle])
    problems: dict[int, Problem] = {}
    if heights[middle] < face.cap_min_mm:
        everywhere = {spot: _outside(region, face, block, spot) for spot in region.middles}
        middle = min(everywhere, key=lambda spot: len(everywhere[spot]))  # blame no line needlessly
        problems = everywhere[middle]
    placed = tuple(
        PlacedLine(number, line, cap * x, middle + cap * y)
        for number, line in lines.items()
        for x, y in [block.offsets[number]]
    )
    return SideLayout(cap, placed, problems)


def _largest(region: Region, face: Face, hull: Sequence[Point], middle_y: float) -> float:
    """The height in mm up to which the hull, growing from the middle, stays inside every edge."""
    largest = math.inf
    for plane in region.planes:
        outwards = max([plane.x * x + plane.y * y for x, y in hull])
        if outwards > _TINY:
            room = plane.reach - face.thicken_mm / 2 - plane.y * middle_y
            largest = min(largest, room / outwards)
    return largest


def _outside(region: Region, face: Face, block: _Block, middle: float) -> dict[int, Problem]:
    found: dict[int, Problem] = {}
    for number in block.lines:
        ink = block.ink_mm(number, face.cap_min_mm, middle)
        tall = max(_above(region, face, y) for _, y in ink)
        wide = 2 * max(abs(x) - _half_width(region, face, y) for x, y in ink)
        if tall > _TINY:
            found[number] = TooTall(tall)
        elif wide > _TINY:
            found[number] = TooLong(wide)
    return found


def _above(region: Region, face: Face, y: float) -> float:
    """How far the height lies above the top edge or below the bottom edge."""
    flat = [plane for plane in region.planes if abs(plane.x) < _TINY]
    return max((plane.y * y - plane.reach + face.thicken_mm / 2 for plane in flat), default=0.0)


def _half_width(region: Region, face: Face, y: float) -> float:
    """From the middle to the right edge at this height; negative above or below the metal's end."""
    return min(
        (plane.reach - face.thicken_mm / 2 - plane.y * y) / plane.x
        for plane in region.planes
        if plane.x > _TINY
    )
