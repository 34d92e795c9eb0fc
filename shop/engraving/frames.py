"""Where each glyph of a layout stands. The drawing she sees and the files that are cut both ask here."""

from collections.abc import Iterator
from dataclasses import dataclass

from fontTools.misc.transform import Identity, Transform

from shop.engraving.areas import Area, is_ring
from shop.engraving.faces import Face, opened
from shop.engraving.placing import PlacedLine, SideLayout
from shop.engraving.ring import middle_of


@dataclass(frozen=True)
class Frame:
    """Glyphs that share one place: scaled, then moved to (x, y), then turned about the area's middle.

    `turn` is in radians clockwise, (x, y) in mm with y upwards, `scale` in mm per font unit; `glyphs` are
    (number in the font, x, y), the last two in font units.
    """

    turn: float
    x: float
    y: float
    scale: float
    glyphs: tuple[tuple[int, float, float], ...]

    def transforms(self) -> Iterator[tuple[int, Transform]]:
        """For each glyph its number and the map from font units to mm about the area's middle."""
        at = Identity.rotate(-self.turn).translate(self.x, self.y).scale(self.scale)
        for number, x, y in self.glyphs:
            yield number, at.translate(x, y)


def frames(area: Area, face: Face, side: SideLayout) -> Iterator[Frame]:
    """The frames of every line, in the order of the words."""
    unit = opened(face).cap_height
    for line in side.lines:
        yield from _round(side.cap_mm, line, unit) if is_ring(area) else _across(side.cap_mm, line, unit)


def _across(cap: float, line: PlacedLine, unit: int) -> Iterator[Frame]:
    glyphs = tuple(
        (glyph.number, glyph.x * unit, glyph.y * unit)
        for cluster in line.shaped.clusters
        for glyph in cluster.glyphs
    )
    yield Frame(0.0, line.x, line.y, cap / unit, glyphs)


def _round(cap: float, line: PlacedLine, unit: int) -> Iterator[Frame]:
    for cluster in line.shaped.clusters:
        if cluster.hull:
            middle = middle_of(cluster.hull)
            turn = line.turn + (line.x + cap * middle) / line.y
            glyphs = tuple((g.number, (g.x - middle) * unit, g.y * unit) for g in cluster.glyphs)
            yield Frame(turn, 0.0, line.y, cap / unit, glyphs)
