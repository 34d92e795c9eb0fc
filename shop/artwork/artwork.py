"""Artwork as a side of a piece: its outlines as the drawing that every other part of the engraving knows."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from shop.artwork.fineness import thickened
from shop.artwork.request import Request
from shop.artwork.sandbox import outlines_of
from shop.engraving import Area
from shop.engraving.by_hand import cut_by_hand
from shop.engraving.outlines import CutSide
from shop.frozen import frozen

_TENTHS: Final = 10_000
_BESIDE_MM: Final = 0.5


@frozen
class Artwork:
    """Traced artwork. `drawing` is as by_hand.py has it: path data in mm about its middle, y downwards."""

    drawing: str = field(repr=False)
    width_mm: float
    height_mm: float
    parts: int
    """How many pieces of ink do not touch."""
    px_per_mm: float
    """How fine the photograph is on the finished piece."""

    @property
    def area(self) -> Area:
        """A plate that the artwork fills: for a file without a piece."""
        return Area(
            "artwork", "Artwork", "bar", self.width_mm + 2 * _BESIDE_MM, self.height_mm + 2 * _BESIDE_MM, 1
        )

    def thickened(self, by_mm: float) -> "Artwork":
        """The same with that much more to the width of every stroke, and so to its own."""
        if not by_mm:
            return self
        drawing = thickened(self.drawing, by_mm)
        return replace(
            self, drawing=drawing, width_mm=self.width_mm + by_mm, height_mm=self.height_mm + by_mm
        )

    def cut(self) -> CutSide:
        """What the cutter gets, held against the drawing. Raises CannotUnite or NotCuttable."""
        return cut_by_hand(self.area, self.drawing)


def trace(sent: bytes, request: Request) -> Artwork:
    """The artwork on a photograph, traced in a process of its own. Raises NotTraced."""
    return artwork_of(outlines_of(sent, request))


def artwork_of(found: Mapping[str, Any]) -> Artwork:
    """What `tracing.Outlines.written` says, as a side has it."""
    parts: list[list[list[list[int]]]] = found["parts"]
    corners = [corner for part in parts for corner in part[0]]
    across, down = (sorted(corner[axis] for corner in corners) for axis in (0, 1))
    return Artwork(
        "".join(_ring(ring) for part in parts for ring in part),
        (across[-1] - across[0]) / _TENTHS,
        (down[-1] - down[0]) / _TENTHS,
        len(parts),
        float(found["px_per_mm"]),
    )


def _ring(corners: Sequence[Sequence[int]]) -> str:
    return "M" + "L".join(f"{x / _TENTHS:g},{y / _TENTHS:g}" for x, y in corners) + "Z"
