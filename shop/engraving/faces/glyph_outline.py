"""What of a glyph is inked."""

from functools import cached_property

from shop.engraving.geometry import Box, Point
from shop.frozen import frozen


@frozen
class Outline:
    """One glyph in font units: its SVG path data, and the convex hull of its ink (empty for a space)."""

    path: str
    hull: tuple[Point, ...]

    @cached_property
    def box(self) -> Box:
        """Left, bottom, right and top of the ink; of a glyph that has some."""
        across, up = zip(*self.hull, strict=True)
        return min(across), min(up), max(across), max(up)
