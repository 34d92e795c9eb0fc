"""A face's font file as HarfBuzz and fontTools have it open: its letters shaped and drawn."""

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeVar

import uharfbuzz
from fontTools.pens.basePen import BasePen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

from shop.engraving.faces.glyph_outline import Outline
from shop.engraving.geometry import Box, Point, convex_hull, cubic
from shop.engraving.signs import SIGNS, sign

T = TypeVar("T")

_CURVE_STEPS: Final = 6
"""Points taken along one curve of an outline; at engraving sizes the rest of it strays under 0.01 mm."""

_SIGN_WEIGHTS: Final = (0.065, 0.11)
"""Least and most of the line of a hollow heart or star, in capitals' heights."""


class _Kept(dict[int, T]):
    """What there is to know of a glyph, found out when it is first asked for: dozens of times a drawing."""

    def __init__(self, find: Callable[[int], T]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, glyph: int) -> T:
        found = self[glyph] = self._find(glyph)
        return found


class OpenFont:
    """A font file opened once: HarfBuzz shapes with it, fontTools draws with it.

    A font of a collection HarfBuzz draws, too: fontTools needs a second and 60 MiB to open one. (Not so the
    others: it writes the same outlines in other words, and a proof that was approved goes by those it had.)
    The hearts and stars that the font lacks stand beside it, numbered on from its own glyphs.
    """

    def __init__(self, path: Path, index: int | None = None) -> None:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)), index or 0)
        self.shaper: Any = uharfbuzz.Font(face)
        own = frozenset(face.unicodes)
        if index is not None:  # its own signs are of another hand
            own -= frozenset(map(ord, SIGNS))
        tags = uharfbuzz.OTMetricsTag
        self.cap_height: int = self.shaper.get_metric_position(tags.CAP_HEIGHT)
        self.x_height: int = self.shaper.get_metric_position(tags.X_HEIGHT)
        self._names: list[str] = []
        self._glyphs: Any = None
        if index is None:
            font = TTFont(BytesIO(path.read_bytes()), lazy=True)  # no file stays open
            self._names, self._glyphs = font.getGlyphOrder(), font.getGlyphSet()
        self._outlines: dict[int, Outline] = {}
        self.paths = _Kept(self._path)
        """SVG path data of each glyph."""
        self.boxes = _Kept(self._box)
        """How far each glyph's ink reaches, in capitals' heights; None when it has none."""
        self.signs: dict[str, tuple[int, float]] = {}
        """The characters drawn by us: the glyph's number, and how wide it stands in font units."""
        self._pencil = threading.Lock()  # fontTools unpacks a glyph while drawing it: one thread at a time
        weight = self._stroke()
        for number, character in enumerate(SIGNS, start=face.glyph_count):
            if ord(character) not in own:
                drawn = sign(character, self.cap_height, self.x_height, weight)
                self._outlines[number] = Outline(drawn.path, tuple(convex_hull(drawn.points)))
                self.signs[character] = number, drawn.advance
        self.characters: frozenset[int] = own | frozenset(map(ord, self.signs))
        """Code points of all that can be cut."""

    def shape(
        self, text: str, *, language: str, leftwards: bool, features: dict[str, bool]
    ) -> list[tuple[Any, Any]]:
        """HarfBuzz's glyphs from left to right, each with its advance and offset."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = language
        buffer.direction = "rtl" if leftwards else "ltr"
        uharfbuzz.shape(self.shaper, buffer, features)
        return list(zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True))

    def outline(self, glyph: int) -> Outline:
        """The glyph's outline by its number in the font."""
        found = self._outlines.get(glyph)
        if found is None:
            with self._pencil:
                found = self._outlines[glyph] = self._draw(glyph)
        return found

    def _path(self, glyph: int) -> str:
        return self.outline(glyph).path

    def _box(self, glyph: int) -> Box | None:
        outline, unit = self.outline(glyph), self.cap_height
        if not outline.hull:
            return None
        left, bottom, right, top = outline.box
        return left / unit, bottom / unit, right / unit, top / unit

    def _stroke(self) -> float:
        """How heavy a line suits the letters: as the hyphen is, but neither a hair nor a bar."""
        hyphen = self._draw(self.shaper.get_nominal_glyph(ord("-"))).hull
        heavy = max(y for _, y in hyphen) - min(y for _, y in hyphen)
        least, most = _SIGN_WEIGHTS
        return min(max(heavy, least * self.cap_height), most * self.cap_height)

    def _draw(self, glyph: int) -> Outline:
        path, ink = SVGPathPen(self._glyphs), _InkPen(self._glyphs)
        for pen in (path, ink):
            if self._glyphs is None:
                self.shaper.draw_glyph_with_pen(glyph, pen)
            else:
                self._glyphs[self._names[glyph]].draw(pen)
        return Outline(path.getCommands(), tuple(convex_hull(ink.points)))


class _InkPen(BasePen):
    """Collects points along an outline, curves included."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.points: list[Point] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - BasePen's names
        self.points.append(pt)

    def _lineTo(self, pt: Point) -> None:  # noqa: N802
        self.points.append(pt)

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802
        self.points += cubic(self._getCurrentPoint(), pt1, pt2, pt3, _CURVE_STEPS)
