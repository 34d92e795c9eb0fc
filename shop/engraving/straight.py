"""Words straight across an area: centred by their ink, as large as the metal allows."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from shop.engraving.areas import Plane, Region
from shop.engraving.faces import Face
from shop.engraving.geometry import Point, convex_hull
from shop.engraving.placing import PlacedLine, SideLayout, Upright
from shop.engraving.problems import Problem, TooLong, TooTall
from shop.engraving.shaping import Shaped

LINE_GAP: Final = 0.25
"""Least bare metal between the ink of two lines, in capitals' heights."""

_TINY: Final = 1e-9


class Block:
    """Lines one below the other, in capitals' heights about the middle of their ink."""

    def __init__(self, face: Face, lines: Mapping[int, Shaped | Upright]) -> None:
        self.lines = dict(sorted(lines.items()))
        rows = list(zip(self.lines.items(), _baselines(face, list(self.lines.values())), strict=True))
        top = max(base + line.top for (_, line), base in rows)
        bottom = min(base + line.bottom for (_, line), base in rows)
        middle = (top + bottom) / 2
        self.offsets: dict[int, Point] = {
            number: (-(line.left + line.right) / 2, base - middle) for (number, line), base in rows
        }
        """By line number, where its baseline begins."""
        self._face = face
        self._hull = convex_hull(point for number in self.lines for point in self.ink(number))

    def ink(self, number: int) -> list[Point]:
        """The hull of one line's ink."""
        x, y = self.offsets[number]
        return [(x + px, y + py) for px, py in self.lines[number].hull]

    def ink_mm(self, number: int, cap_mm: float, middle_y: float) -> list[Point]:
        """The hull of one line's ink at this height, about the area's middle."""
        return [(x * cap_mm, middle_y + y * cap_mm) for x, y in self.ink(number)]

    def best(self, region: Region) -> tuple[float, float]:
        """The largest capitals in mm that fit, up to the face's largest, and where their middle then lies.

        Less than the face's least height when the words do not fit.
        """
        reaches = _reaches(self._hull, region.planes)
        heights = {
            middle: min(self._face.cap_max_mm, self._largest(region, reaches, middle))
            for middle in region.middles
        }
        middle = max(heights, key=heights.__getitem__)
        return heights[middle], middle

    def _largest(self, region: Region, reaches: Sequence[float], middle_y: float) -> float:
        """The height in mm up to which the hull, growing from the middle, stays inside every edge."""
        spare = self._face.thicken_mm / 2
        return min(
            (
                (plane.reach - spare - plane.y * middle_y) / reach
                for plane, reach in zip(region.planes, reaches, strict=True)
                if reach > _TINY
            ),
            default=math.inf,
        )


def lay_across(region: Region, face: Face, lines: Mapping[int, Shaped]) -> SideLayout:
    """Lay the lines out in this part of the metal; see lay_out."""
    block = Block(face, lines)
    cap, middle = block.best(region)
    problems: dict[int, Problem] = {}
    if cap < face.cap_min_mm:
        cap = face.cap_min_mm
        everywhere = {spot: _outside(region, face, block, spot) for spot in region.middles}
        middle = min(everywhere, key=lambda spot: len(everywhere[spot]))  # blame no line needlessly
        problems = everywhere[middle]
    placed = tuple(
        PlacedLine(number, line, x=cap * x, y=middle + cap * y, cap_mm=cap)
        for number, line in lines.items()
        for x, y in [block.offsets[number]]
    )
    return SideLayout(cap, placed, problems)


def room_across_mm(region: Region, face: Face, lines: Mapping[int, Shaped | Upright], number: int) -> float:
    """See room_left_mm: the same for lines straight across a region."""
    block = Block(face, lines)
    return max(
        2 * min(_half_width(region, face, y) - abs(x) for x, y in block.ink_mm(number, face.cap_min_mm, spot))
        for spot in region.middles
    )


def _baselines(face: Face, lines: Sequence[Shaped | Upright]) -> list[float]:
    found = [0.0]
    for upper, lower in pairwise(lines):
        found.append(found[-1] - max(face.leading, lower.top - upper.bottom + LINE_GAP))
    return found


def _reaches(hull: Sequence[Point], planes: Sequence[Plane]) -> list[float]:
    """How far the hull reaches in the direction of each plane; both go round anticlockwise."""
    found = []
    first, last = planes[0], len(hull) - 1
    at = max(range(len(hull)), key=lambda corner: first.x * hull[corner][0] + first.y * hull[corner][1])
    for plane in planes:
        x, y = plane.x, plane.y
        reach = x * hull[at][0] + y * hull[at][1]
        while True:
            after = at + 1 if at < last else 0
            further = x * hull[after][0] + y * hull[after][1]
            if further <= reach:
                break
            at, reach = after, further
        found.append(reach)
    return found


def _outside(region: Region, face: Face, block: Block, middle: float) -> dict[int, Problem]:
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
