"""A line of words as a face sets it: glyphs, letters, and how much room their ink takes.

Lengths are in capitals' heights of the face, so that a height in mm scales them.
"""

from collections.abc import Sequence
from dataclasses import field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from shop.engraving.geometry import Box, Directions, Numbers, Point, frontier
from shop.engraving.reach import reach_table
from shop.frozen import frozen

if TYPE_CHECKING:
    from shop.engraving.faces.open_font import OpenFont

RIM_SPACE: Final = 0.3
"""How much wider the spaces between words are on a rim, in capitals' heights: heads lean together there."""


class Glyph(NamedTuple):
    """A glyph of the font, by number, where its origin stands on the line."""

    number: int
    x: float
    y: float


class Cluster(NamedTuple):
    """Glyphs that stay together when a line is bent: a letter with its marks.

    `inked` are those that are not blank, `box` is how far their ink reaches (zeros when there is none).
    """

    glyphs: tuple[Glyph, ...]
    font: "OpenFont"
    inked: tuple[Glyph, ...]
    box: Box

    @classmethod
    def of(cls, font: "OpenFont", glyphs: tuple[Glyph, ...]) -> "Cluster":
        """These glyphs of the font."""
        if len(glyphs) == 1 and (ink := font.boxes[glyphs[0].number]):  # most letters are one glyph
            (_, x, y), (left, bottom, right, top) = glyphs[0], ink
            return cls(glyphs, font, glyphs, (x + left, y + bottom, x + right, y + top))
        inked, boxes = [], []
        for glyph in glyphs:
            number, x, y = glyph
            if box := font.boxes[number]:
                left, bottom, right, top = box
                inked.append(glyph)
                boxes.append((x + left, y + bottom, x + right, y + top))
        return cls(glyphs, font, tuple(inked), round_all(boxes))

    def __repr__(self) -> str:
        """Of the words no more than their glyphs."""
        return f"Cluster({self.glyphs})"

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
        return Cluster.of(
            self.font, tuple(Glyph(glyph.number, glyph.x + by, glyph.y) for glyph in self.glyphs)
        )

    def _furthest(self, upwards: int) -> list[Point]:
        if len(self.inked) == 1:  # the same wherever it stands
            return _frontier(self.font, self.inked[0].number, upwards, self.inked[0].y)
        middle = self.middle
        return frontier((x - middle, upwards * y) for x, y in self.hull)


@frozen
class Shaped:
    """One line of words in a face.

    `inked` are the clusters that are not blank, `box` is how far all ink reaches (zeros when there is none).
    Letters that are `joined` run into one another, so on a circle their outlines are bent; see bending.py.
    """

    clusters: tuple[Cluster, ...]
    inked: tuple[Cluster, ...] = field(repr=False)
    box: Box = field(repr=False)
    joined: bool = False

    @cached_property
    def apart(self) -> "Shaped":
        """The same words further apart, for a rim: every blank is wider by RIM_SPACE."""
        by, moved = 0.0, []
        for cluster in self.clusters:
            moved.append(cluster.moved(by) if by else cluster)
            by += 0.0 if cluster.inked else RIM_SPACE
        inked = tuple(cluster for cluster in moved if cluster.inked)
        return Shaped(tuple(moved), inked, round_all([cluster.box for cluster in inked]), self.joined)

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
        """The ink furthest up and out from the middle of any one letter; see Cluster.heads.

        What is bent keeps its height wherever it is.
        """
        if self.joined:
            return [(0.0, self.top)]
        return frontier([point for cluster in self.inked for point in cluster.heads])

    @cached_property
    def feet(self) -> list[Point]:
        """The ink furthest down and out from the middle of any one letter; see Cluster.feet."""
        if self.joined:
            return [(0.0, -self.bottom)]
        return frontier([point for cluster in self.inked for point in cluster.feet])

    @property
    def parts(self) -> "tuple[Shaped, ...]":
        """What together has the heads and feet of the line: itself."""
        return (self,)

    @cached_property
    def on_circles(self) -> dict[Point, float]:
        """How far out its feet let it stand on a rim of a reach, with capitals of a height; see rim.py."""
        return {}

    @cached_property
    def letters(self) -> list[tuple[float, float, float]]:
        """The middle of each letter, half its width and its top."""
        return [
            (cluster.middle, (cluster.box[2] - cluster.box[0]) / 2, cluster.box[3]) for cluster in self.inked
        ]

    @cached_property
    def outwards(self) -> list[tuple[float, float, float]]:
        """Each letter: how far from the line's middle, half its width, its top; the furthest first."""
        return sorted(self.outwards_from((self.left + self.right) / 2), reverse=True)

    def outwards_from(self, middle: float) -> list[tuple[float, float, float]]:
        """The same about another middle, in the order of the words. Of what is bent, its edge is a point."""
        if self.joined:
            return [(abs(at - middle) + half, 0.0, top) for at, half, top in self.letters]
        return [(abs(at - middle), half, top) for at, half, top in self.letters]

    @cached_property
    def largest(self) -> Point:
        """Half the width of the widest letter, and the top of the highest."""
        return max([half for _, half, _ in self.letters]), max([top for _, _, top in self.letters])

    @cached_property
    def _reached(self) -> dict[Directions, tuple[Numbers, Numbers]]:
        return {}

    def outmost(self, ways: Directions) -> Numbers:
        """How far the ink reaches from the line's beginning, in the half's directions and their mirrors."""
        found = self._reached.get(ways)
        if found is None:
            outmost = self._measured(ways)
            found = self._reached[ways] = outmost, about_middle(outmost, self.box, ways)
        return found[0]

    def reaches(self, ways: Directions) -> Numbers:
        """How far the ink reaches in each direction of the half, about the middle of its width.

        A region is mirrored left and right: what reaches further to the other side counts for both.
        """
        self.outmost(ways)
        return self._reached[ways][1]

    def _measured(self, ways: Directions) -> Numbers:
        import numpy as np  # noqa: PLC0415

        half = ways.half
        glyphs = [glyph for cluster in self.inked for glyph in cluster.inked]
        numbers, across, up = zip(*glyphs, strict=True)
        reached = reach_table(self.inked[0].font, ways).of(numbers)
        reached += np.array(across)[:, None] * half.both_x
        if any(up):
            reached += np.array(up)[:, None] * half.both_y
        found: Numbers = np.maximum.reduce(reached, axis=0)
        return found


def about_middle(outmost: Numbers, box: Box, ways: Directions) -> Numbers:
    """The same in each direction of the half about the box's middle, to whichever side is further."""
    import numpy as np  # noqa: PLC0415

    half = ways.half
    furthest = outmost - (box[0] + box[2]) / 2 * half.both_x
    found: Numbers = np.maximum(furthest[: half.count], furthest[half.count :])
    return found


@lru_cache(maxsize=8192)
def _frontier(font: "OpenFont", glyph: int, upwards: int, y: float) -> list[Point]:
    unit, outline = font.cap_height, font.outline(glyph)
    middle = (outline.box[0] + outline.box[2]) / 2
    return frontier(((px - middle) / unit, upwards * (y + py / unit)) for px, py in outline.hull)


def round_all(boxes: Sequence[Box]) -> Box:
    """How far all of them reach; zeros when there are none."""
    if len(boxes) < 2:  # noqa: PLR2004
        return boxes[0] if boxes else (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)
