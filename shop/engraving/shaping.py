"""Words as a face sets them: which glyphs, where, and how much room their ink takes.

Lengths are in capitals' heights of the face, so that a height in mm scales them.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import uharfbuzz

from shop.engraving.faces import Face, opened
from shop.engraving.geometry import Point, convex_hull

_KEPT: Final = 1024
"""Lines whose shape is remembered in this process."""


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
    unit = font.cap_height
    clusters: list[Cluster] = []
    glyphs: list[Glyph] = []
    points: list[Point] = []
    x, cluster = 0.0, None
    for info, position in _set(face, text, marks=True):
        if cluster not in {None, info.cluster}:
            clusters.append(Cluster(tuple(glyphs), tuple(points)))
            glyphs, points = [], []
        cluster = info.cluster
        glyph = Glyph(info.codepoint, (x + position.x_offset) / unit, position.y_offset / unit)
        glyphs.append(glyph)
        points += [(glyph.x + px / unit, glyph.y + py / unit) for px, py in font.outline(glyph.number).hull]
        x += position.x_advance
    clusters.append(Cluster(tuple(glyphs), tuple(points)))
    return Shaped(tuple(clusters))


@lru_cache(maxsize=_KEPT)
def places_marks(face: Face, letter: str) -> bool:
    """Whether the font itself says where the marks of this letter go.

    Without that a mark lands where HarfBuzz guesses, which is well enough on a screen but not on metal.
    """
    return _positions(face, letter, marks=True) != _positions(face, letter, marks=False)


def _positions(face: Face, letter: str, *, marks: bool) -> list[tuple[int, int, int]]:
    return [(info.codepoint, at.x_offset, at.y_offset) for info, at in _set(face, letter, marks=marks)]


def _set(face: Face, text: str, *, marks: bool) -> list[tuple[Any, Any]]:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.language = "und"  # the machine's locale must not choose letter forms
    buffer.direction = "ltr"
    uharfbuzz.shape(opened(face).shaper, buffer, {"mark": marks, "mkmk": marks})
    return list(zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True))
