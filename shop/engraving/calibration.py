"""Where the sides of a piece lie on its pictures: the one thing that all drawings on them go by."""

import math
from collections.abc import Mapping
from typing import Any

from shop.frozen import frozen

Matrix = tuple[float, float, float, float, float, float]


@frozen
class Placement:
    """Where a side lies on a picture.

    `matrix` is an SVG matrix from mm about the middle of the side (y down) to pixels of the picture; `clip`
    the SVG path, in pixels, of the part that nothing covers, or "" when the whole side is in sight.
    """

    side: str
    matrix: Matrix
    clip: str = ""

    @classmethod
    def of(cls, side: str, table: Mapping[str, Any]) -> "Placement":
        """Read {"matrix": [a, b, c, d, e, f], "clip": path or null}. Raises KeyError or ValueError."""
        a, b, c, d, e, f = (float(value) for value in table["matrix"])
        return cls(side, (a, b, c, d, e, f), table.get("clip") or "")

    def at(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Where a point of the side is on the picture, in pixels."""
        a, b, c, d, e, f = self.matrix
        return a * x_mm + c * y_mm + e, b * x_mm + d * y_mm + f

    @property
    def px_per_mm(self) -> float:
        """How large a millimetre is on the picture."""
        a, b, c, d, _, _ = self.matrix
        return math.sqrt(abs(a * d - b * c))
