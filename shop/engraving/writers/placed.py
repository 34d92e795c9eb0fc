"""What every file for a machine is made of: the side as the machine finds it, in two layers."""

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.geometry import Box
from shop.engraving.jig import Jig
from shop.engraving.outlines import CutSide
from shop.frozen import frozen

ENGRAVE: Final = "ENGRAVE"
"""The layer that is cut."""

GUIDE: Final = "GUIDE"
"""The layer of the metal's edge: to lay the piece by, and never cut. A file has it only when asked for."""

TOOL_LAYER: Final = (243, 105, 38)
"""Red, green, blue of LightBurn's tool layer T1, which it sends to no machine; it takes colours as layers."""

HAIRLINE_MM: Final = 0.01
"""As thin as a guide can be drawn."""


@frozen
class Placed:
    """A side as the machine finds it: mm from its origin, y upwards. `guide` is empty unless asked for."""

    filled: tuple[Contour, ...] = field(repr=False)
    strokes: tuple[Contour, ...] = field(repr=False)
    guide: tuple[Contour, ...] = field(repr=False)
    page: Box
    """For formats that have pages: round the metal, and as far as the machine's origin if that lies apart."""
    stroke_mm: float = 0.0


def placed(side: CutSide, jig: Jig) -> Placed:
    """The side where the jig holds it."""
    edge = jig.placed(side.guide)
    across, up = zip(*(point for contour in edge for point in contour.corners()), strict=True)
    guide = edge if jig.guide else ()
    return Placed(
        jig.placed(side.filled), jig.placed(side.strokes), guide, _page(across, up, jig), side.stroke_mm
    )


def _page(across: Sequence[float], up: Sequence[float], jig: Jig) -> Box:
    if jig.at_origin:  # the middle of the page is the middle of the piece
        half, high = max(map(abs, across)), max(map(abs, up))
        return -half, -high, half, high
    return min(0.0, *across), min(0.0, *up), max(0.0, *across), max(0.0, *up)
