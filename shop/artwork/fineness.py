"""What of an artwork the metal cannot hold at this size, and the honest choices: larger, or thicker.

A line is too fine where a round tool cannot pass without leaving it, a gap where the tool's cuts on both its
sides would meet. Rounded corners and the tips of strokes are always missed; what counts is a part that would
be missed whole, of more than half a square as wide as the tool.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shop.engraving import Area, Tool
from shop.engraving.areas import outline
from shop.engraving.limits import MARGIN_MM
from shop.engraving.regions import glyph_region
from shop.frozen import frozen

if TYPE_CHECKING:
    from shapely import Geometry, MultiPolygon

GAP_SHARE: Final = 0.5
"""How wide a gap stays open at least, in the tool's finest lines: as for the eye of a letter (tool.py)."""
_PART: Final = 0.5
_WIDEST_MM: Final = 2.0
_WIDER: Final = 1.4
_LEAST_MM: Final = 0.008
"""No tool is finer, so what is finer still is said to be so fine."""
_FINE_MM: Final = 0.002
_ROUND: Final = 4
_STEPS_TO_MM: Final = 100
_KEPT: Final = 8
"""Artworks whose fineness is remembered: one is asked for at every step of its purchase."""


@frozen
class Fineness:
    """The finest line and gap of an artwork as it is, in mm; what is finer than the tool, as path data.

    `larger` is by how much all of it must grow until the tool holds it, 1 where it does. `thicker_mm` is what
    its strokes must gain instead; None where that would close its gaps.
    """

    line_mm: float
    gap_mm: float
    fine_lines: str = field(repr=False)
    fine_gaps: str = field(repr=False)
    larger: float
    thicker_mm: float | None

    @property
    def holds(self) -> bool:
        """Whether the tool can cut it as it is."""
        return not self.fine_lines and not self.fine_gaps


@lru_cache(maxsize=_KEPT)
def fineness(drawing: str, tool: Tool) -> Fineness:
    """How fine an artwork is for this tool. `drawing` is as by_hand.py has it."""
    ink, line = glyph_region(drawing, 1.0), tool.finest_line_mm
    gap = line * GAP_SHARE
    line_mm, gap_mm = _finest(ink, _fine_lines), _finest(ink, _fine_gaps)
    thicker = math.ceil(max(0.0, line - line_mm) * _STEPS_TO_MM) / _STEPS_TO_MM
    return Fineness(
        line_mm,
        gap_mm,
        path_data(_fine_lines(ink, line)) if line else "",
        path_data(_fine_gaps(ink, gap)) if line else "",
        max(1.0, line / line_mm, gap / gap_mm),
        thicker if gap_mm - thicker >= gap else None,
    )


def finest_line_mm(drawing: str) -> float:
    """The finest line of an artwork as it is."""
    return _finest(glyph_region(drawing, 1.0), _fine_lines)


def thickened(drawing: str, by_mm: float) -> str:
    """The artwork with that much more to every stroke's width, and as much less to every gap's."""
    import shapely  # noqa: PLC0415 - only where outlines are made

    return path_data(shapely.buffer(glyph_region(drawing, 1.0), by_mm / 2, quad_segs=2 * _ROUND))


def widest_mm(area: Area, width_mm: float, height_mm: float) -> float:
    """How wide an artwork of these proportions can be in the middle of a side, its margin left bare."""
    import shapely  # noqa: PLC0415

    edge, *holes = (shapely.Polygon(ring) for ring in outline(area))
    metal = shapely.buffer(edge, -MARGIN_MM[area.shape])
    if holes or shapely.is_empty(metal):
        return 0.0
    low, high = 0.0, area.width_mm
    while high - low > _FINE_MM:
        middle = (low + high) / 2
        half, up = middle / 2, middle / 2 * height_mm / width_mm
        low, high = (middle, high) if metal.covers(shapely.box(-half, -up, half, up)) else (low, middle)
    return low


def path_data(region: "Geometry") -> str:
    """A region as closed path data, to a tenth of a micrometre."""
    import shapely  # noqa: PLC0415

    rings = shapely.get_rings(shapely.get_parts(region))
    return "".join(_ring(shapely.get_coordinates(ring)[:-1].tolist()) for ring in rings)


def _ring(corners: Sequence[Sequence[float]]) -> str:
    return "M" + "L".join(f"{round(x, 4):g},{round(y, 4):g}" for x, y in corners) + "Z"


def _fine_lines(ink: "Geometry", width: float) -> "MultiPolygon":
    """What of the ink a round tool so wide would miss, in parts worth seeing."""
    import shapely  # noqa: PLC0415

    reached = shapely.buffer(shapely.buffer(ink, -width / 2, quad_segs=_ROUND), width / 2, quad_segs=_ROUND)
    return _parts(shapely.difference(ink, reached), width)


def _fine_gaps(ink: "Geometry", width: float) -> "MultiPolygon":
    """The bare places between ink that are narrower than this."""
    import shapely  # noqa: PLC0415

    closed = shapely.buffer(shapely.buffer(ink, width / 2, quad_segs=_ROUND), -width / 2, quad_segs=_ROUND)
    return _parts(shapely.difference(closed, ink), width)


def _parts(missed: "Geometry", width: float) -> "MultiPolygon":
    import shapely  # noqa: PLC0415

    parts = shapely.get_parts(missed)
    return shapely.MultiPolygon(list(parts[shapely.area(parts) > _PART * width**2]))


def _finest(ink: "Geometry", missed: Callable[["Geometry", float], "MultiPolygon"]) -> float:
    """The widest tool that misses no part; the first, for one far too wide meets no gap at all."""
    high = _LEAST_MM
    while high < _WIDEST_MM and missed(ink, high).is_empty:
        high *= _WIDER
    low = high / _WIDER
    while high - low > _FINE_MM:
        middle = (low + high) / 2
        low, high = (middle, high) if missed(ink, middle).is_empty else (low, middle)
    return low
