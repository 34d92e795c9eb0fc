"""Words as a face sets them: which glyphs, where, and how much room their ink takes.

Lengths are in capitals' heights of the face, so that a height in mm scales them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from shop.engraving.directions import runs
from shop.engraving.faces import Face, OpenFont, opened
from shop.engraving.geometry import Box, Directions, Numbers, Point, frontier, reaches
from shop.engraving.harfbuzz import set_glyphs
from shop.engraving.scripts import woven_runs
from shop.engraving.signs import SELECTORS, SIGNS

_KEPT: Final = 256
"""Lines whose shape is remembered in this process."""

RIM_SPACE: Final = 0.3
"""How much wider the spaces between words are on a rim, in capitals' heights: heads lean together there."""

_SIGN: Final = re.compile(f"([{SIGNS}])[{SELECTORS}]?")


class Glyph(NamedTuple):
    """A glyph of the font, by number, where its origin stands on the line."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Cluster:
    """Glyphs that stay together when a line is bent: a letter with its marks.

    `inked` are those that are not blank, `box` is how far their ink reaches (zeros when there is none).
    """

    glyphs: tuple[Glyph, ...]
    font: OpenFont = field(repr=False)
    inked: tuple[Glyph, ...] = field(repr=False)
    box: Box = field(repr=False)

    @property
    def hull(self) -> tuple[Point, ...]:
        """The hulls of its glyphs, one after the other; empty when there is no ink."""
        unit = self.font.cap_height
        return tuple(
            (glyph.x + x / unit, glyph.y + y / unit)
            for glyph in self.inked
            for x, y in self.font.outline(glyph.number).hull
        )

    @property
    def middle(self) -> float:
        """Half way from its left to its right: there it is turned to stand on a circle."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def heads(self) -> list[Point]:
        """The ink furthest up and out from its middle: what may stick out of a circle it stands on."""
        return self._furthest(1)

    @property
    def feet(self) -> list[Point]:
        """The ink furthest down and out, y downwards: what may stick out of a circle it hangs in."""
        return self._furthest(-1)

    def moved(self, by: float) -> "Cluster":
        """The same letter further along the line."""
        return _cluster(self.font, tuple(Glyph(glyph.number, glyph.x + by, glyph.y) for glyph in self.glyphs))

    def _furthest(self, upwards: int) -> list[Point]:
        if len(self.inked) == 1:  # the same wherever it stands
            return _frontier(self.font, self.inked[0].number, upwards, self.inked[0].y)
        middle = self.middle
        return frontier((x - middle, upwards * y) for x, y in self.hull)


@dataclass(frozen=True)
class Shaped:
    """One line of words in a face.

    `inked` are the clusters that are not blank, `box` is how far all ink reaches (zeros when there is none).
    """

    clusters: tuple[Cluster, ...]
    inked: tuple[Cluster, ...] = field(repr=False)
    box: Box = field(repr=False)

    @cached_property
    def apart(self) -> "Shaped":
        """The same words further apart, for a rim: every blank is wider by RIM_SPACE."""
        by, moved = 0.0, []
        for cluster in self.clusters:
            moved.append(cluster.moved(by) if by else cluster)
            by += 0.0 if cluster.inked else RIM_SPACE
        inked = tuple(cluster for cluster in moved if cluster.inked)
        return Shaped(tuple(moved), inked, _round_all([cluster.box for cluster in inked]))

    @property
    def left(self) -> float:
        """Where the ink begins."""
        return self.box[0]

    @property
    def right(self) -> float:
        """Where the ink ends."""
        return self.box[2]

    @property
    def bottom(self) -> float:
        """How far the ink reaches below the baseline, as a height: negative below it."""
        return self.box[1]

    @property
    def top(self) -> float:
        """How far the ink reaches above the baseline."""
        return self.box[3]

    @cached_property
    def heads(self) -> list[Point]:
        """The ink furthest up and out from the middle of any one letter; see Cluster.heads."""
        return frontier(point for cluster in self.inked for point in cluster.heads)

    @cached_property
    def feet(self) -> list[Point]:
        """The ink furthest down and out from the middle of any one letter; see Cluster.feet."""
        return frontier(point for cluster in self.inked for point in cluster.feet)

    @cached_property
    def outwards(self) -> list[tuple[float, float, float]]:
        """Each letter: how far from the line's middle, half its width, its top; the furthest first."""
        middle = (self.left + self.right) / 2
        boxes = [(cluster.middle, cluster.box) for cluster in self.inked]
        return sorted(
            [(abs(at - middle), (right - left) / 2, top) for at, (left, _, right, top) in boxes], reverse=True
        )

    @cached_property
    def largest(self) -> Point:
        """Half the width of the widest letter, and the top of the highest."""
        return max([half for _, half, _ in self.outwards]), max([top for _, _, top in self.outwards])

    def reaches(self, ways: Directions, across: float, up: float) -> Numbers:
        """How far the ink reaches in each direction when the line begins at (across, up)."""
        import numpy as np  # noqa: PLC0415

        font = self.inked[0].font
        glyphs = [glyph for cluster in self.inked for glyph in cluster.inked]
        right = np.array([[glyph.x + across] for glyph in glyphs])
        high = np.array([[glyph.y + up] for glyph in glyphs])
        reached = np.array([_reaches(font, glyph.number, ways) for glyph in glyphs])
        furthest: Numbers = (reached + ways.half.all_x * right + ways.half.all_y * high).max(axis=0)
        return furthest


@lru_cache(maxsize=8192)
def _reaches(font: OpenFont, glyph: int, ways: Directions) -> Numbers:
    """How far the glyph reaches in each direction."""
    return reaches(font.outline(glyph).hull, ways) / font.cap_height


@lru_cache(maxsize=8192)
def _frontier(font: OpenFont, glyph: int, upwards: int, y: float) -> list[Point]:
    unit, outline = font.cap_height, font.outline(glyph)
    middle = (outline.box[0] + outline.box[2]) / 2
    return frontier(((px - middle) / unit, upwards * (y + py / unit)) for px, py in outline.hull)


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
                clusters.append(_cluster(font, (Glyph(number, x / font.cap_height, 0.0),)))
                x += advance
            elif piece:
                for run, _ in woven_runs(piece)[:: -1 if leftwards else 1]:
                    x = _add_letters(clusters, face, run, x, leftwards=leftwards)
    inked = tuple(cluster for cluster in clusters if cluster.inked)
    return Shaped(tuple(clusters), inked, _round_all([cluster.box for cluster in inked]))


def _add_letters(clusters: list[Cluster], face: Face, text: str, x: float, *, leftwards: bool) -> float:
    """Add what HarfBuzz makes of the text from x onwards; where it ends, both in font units."""
    font = opened(face)
    unit = font.cap_height
    for _, together in groupby(
        set_glyphs(face, text, leftwards=leftwards), key=lambda glyph: glyph[0].cluster
    ):
        glyphs = []
        for info, position in together:
            glyphs.append(Glyph(info.codepoint, (x + position.x_offset) / unit, position.y_offset / unit))
            x += position.x_advance
        clusters.append(_cluster(font, tuple(glyphs)))
    return x


def _cluster(font: OpenFont, glyphs: tuple[Glyph, ...]) -> Cluster:
    unit, inked, boxes = font.cap_height, [], []
    for glyph in glyphs:
        outline = font.outline(glyph.number)
        if outline.hull:
            _, x, y = glyph
            left, bottom, right, top = outline.box
            inked.append(glyph)
            boxes.append((x + left / unit, y + bottom / unit, x + right / unit, y + top / unit))
    return Cluster(glyphs, font, tuple(inked), _round_all(boxes))


def _round_all(boxes: Sequence[Box]) -> Box:
    if len(boxes) < 2:  # noqa: PLR2004 - most letters are one glyph
        return boxes[0] if boxes else (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)
