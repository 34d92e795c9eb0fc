"""How far the glyphs of a font reach in the directions of an area, measured once in this process."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shop.engraving.geometry import Directions, Numbers, reaches

if TYPE_CHECKING:
    from shop.engraving.faces.open_font import OpenFont

_TABLES: Final = 64
"""Fonts and the directions of an area together, for which the reach of glyphs is remembered."""


class ReachTable:
    """How far the glyphs of a font reach in some directions: a row each, measured when first asked for."""

    def __init__(self, font: "OpenFont", ways: Directions) -> None:
        import numpy as np  # noqa: PLC0415

        self._font, self._ways = font, ways
        self._rows: dict[int, int] = {}
        self._table: Numbers = np.empty((0, 2 * ways.half.count))
        self._pencil = threading.Lock()

    def of(self, glyphs: Sequence[int]) -> Numbers:
        """Their rows, in capitals' heights."""
        try:
            at = [self._rows[glyph] for glyph in glyphs]
        except KeyError:
            with self._pencil:
                self._add([glyph for glyph in dict.fromkeys(glyphs) if glyph not in self._rows])
            at = [self._rows[glyph] for glyph in glyphs]
        found: Numbers = self._table.take(at, axis=0)
        return found

    def _add(self, glyphs: Sequence[int]) -> None:
        import numpy as np  # noqa: PLC0415

        font, first = self._font, len(self._rows)
        rows = [reaches(font.outline(glyph).hull, self._ways) / font.cap_height for glyph in glyphs]
        self._table = np.vstack([self._table, *rows])
        self._rows |= {glyph: first + at for at, glyph in enumerate(glyphs)}


@lru_cache(maxsize=_TABLES)
def reach_table(font: "OpenFont", ways: Directions) -> ReachTable:
    """The table of a font in these directions."""
    return ReachTable(font, ways)
