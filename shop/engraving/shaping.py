"""Words as a face sets them: which glyphs, where, and how much room their ink takes.

Lengths are in capitals' heights of the face, so that a height in mm scales them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, Final

import uharfbuzz

from shop.engraving.directions import runs
from shop.engraving.faces import Face, OpenFont, opened
from shop.engraving.geometry import Point, convex_hull
from shop.engraving.signs import SELECTORS, SIGNS

_KEPT: Final = 1024
"""Lines whose shape is remembered in this process."""

_TELLS_I_FROM_DOTLESS: Final = re.compile("[ıİğĞəƏ]")
_TURKIC: Final = "az"
"""Only Turkish and its sisters have these letters, and to them i without its dot is another letter.

Small capitals then keep the dot, where the face offers it; our faces do so under Azerbaijani, not all of
them under Turkish.
"""

_SIGN: Final = re.compile(f"([{SIGNS}])[{SELECTORS}]?")


@dataclass(frozen=True)
class Glyph:
    """A glyph of the font, by number, where its origin stands on the line."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Cluster:
    """Glyphs that stay together when a line is bent: a letter with its marks, or a ligature."""

    glyphs: tuple[Glyph, ...]
    hull: tuple[Point, ...]


@dataclass(frozen=True)
class Shaped:
    """One line of words in a face."""

    clusters: tuple[Cluster, ...]

    @cached_property
    def hull(self) -> tuple[Point, ...]:
        """The convex hull of all ink; empty when there is none."""
        return tuple(convex_hull(point for cluster in self.clusters for point in cluster.hull))

    @cached_property
    def inked(self) -> tuple[tuple[Point, ...], ...]:
        """The hulls of the clusters that have ink."""
        return tuple(cluster.hull for cluster in self.clusters if cluster.hull)

    @cached_property
    def left(self) -> float:
        """Where the ink begins."""
        return min(x for x, _ in self.hull)

    @cached_property
    def right(self) -> float:
        """Where the ink ends."""
        return max(x for x, _ in self.hull)

    @cached_property
    def bottom(self) -> float:
        """How far the ink reaches below the baseline, as a height: negative below it."""
        return min(y for _, y in self.hull)

    @cached_property
    def top(self) -> float:
        """How far the ink reaches above the baseline."""
        return max(y for _, y in self.hull)


@lru_cache(maxsize=_KEPT)
def shape(face: Face, text: str) -> Shaped:
    """Set the text in the face. Every character must be one that the face has."""
    font = opened(face)
    clusters: list[Cluster] = []
    x = 0.0
    for part, leftwards in runs(text):
        pieces = _SIGN.split(part)
        for piece in reversed(pieces) if leftwards else pieces:
            if piece in font.signs:
                number, advance = font.signs[piece]
                clusters.append(_cluster(font, [Glyph(number, x / font.cap_height, 0.0)]))
                x += advance
            elif piece:
                x = _add_letters(clusters, face, piece, x, leftwards=leftwards)
    return Shaped(tuple(clusters))


def _add_letters(clusters: list[Cluster], face: Face, text: str, x: float, *, leftwards: bool) -> float:
    """Add what HarfBuzz makes of the text from x onwards; where it ends, both in font units."""
    font = opened(face)
    unit = font.cap_height
    for _, together in groupby(_set(face, text, leftwards=leftwards), key=lambda glyph: glyph[0].cluster):
        glyphs = []
        for info, position in together:
            glyphs.append(Glyph(info.codepoint, (x + position.x_offset) / unit, position.y_offset / unit))
            x += position.x_advance
        clusters.append(_cluster(font, glyphs))
    return x


def _cluster(font: OpenFont, glyphs: Sequence[Glyph]) -> Cluster:
    unit = font.cap_height
    ink = [
        (glyph.x + x / unit, glyph.y + y / unit)
        for glyph in glyphs
        for x, y in font.outline(glyph.number).hull
    ]
    return Cluster(tuple(glyphs), tuple(ink))


@lru_cache(maxsize=_KEPT)
def places_marks(face: Face, letter: str) -> bool:
    """Whether the font itself says where the marks of this letter go.

    Without that a mark lands where HarfBuzz guesses, which is well enough on a screen but not on metal.
    """
    return _positions(face, letter, marks=True) != _positions(face, letter, marks=False)


def _positions(face: Face, letter: str, *, marks: bool) -> list[tuple[int, int, int]]:
    (_, leftwards), *_ = runs(letter)
    return [
        (info.codepoint, at.x_offset, at.y_offset)
        for info, at in _set(face, letter, leftwards=leftwards, marks=marks)
    ]


def _set(face: Face, text: str, *, leftwards: bool, marks: bool = True) -> list[tuple[Any, Any]]:
    """HarfBuzz's glyphs from left to right, each with its advance and offset.

    No ligatures: their fi has no dot, and each letter typed is to be cut as itself.
    """
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = _TURKIC if _TELLS_I_FROM_DOTLESS.search(text) else "und"  # never the machine's locale
    buffer.direction = "rtl" if leftwards else "ltr"
    uharfbuzz.shape(opened(face).shaper, buffer, {"mark": marks, "mkmk": marks, "liga": False})
    return list(zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True))
