"""Where each glyph of a layout stands. The drawing on the pages and the files that are cut ask here."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fontTools.misc.transform import Identity, Transform

from shop.engraving.faces import Face, opened
from shop.engraving.placement import PlacedLine, SideLayout


class Frame(NamedTuple):
    """Glyphs that share one place: scaled, then moved to (x, y), then turned about the area's middle.

    `turn` is in radians clockwise, (x, y) in mm with y upwards, `scale` in mm per font unit; `glyphs` are
    (number in the font, x, y), the last two in font units.
    """

    turn: float
    x: float
    y: float
    scale: float
    glyphs: Sequence[tuple[int, float, float]]

    def transforms(self) -> Iterator[tuple[int, Transform]]:
        """For each glyph its number and the map from font units to mm about the area's middle."""
        at = Identity.rotate(-self.turn).translate(self.x, self.y).scale(self.scale)
        for number, x, y in self.glyphs:
            yield number, at.translate(x, y)


def frames(face: Face, side: SideLayout) -> Iterator[Frame]:
    """The frames of every line, in the order of the words: one a straight line, one a bent letter."""
    unit = opened(face).cap_height
    for line in side.lines:
        yield from _across(line, unit) if line.pitch is None else _round(line, unit)


def _across(line: PlacedLine, unit: int) -> Iterator[Frame]:
    glyphs = [
        (number, x * unit, y * unit) for cluster in line.shaped.clusters for number, x, y in cluster.glyphs
    ]
    yield Frame(0.0, line.x, line.y, line.cap_mm / unit, glyphs)


def _round(line: PlacedLine, unit: int) -> Iterator[Frame]:
    scale = line.cap_mm / unit
    high, turn_of = line.y, line.turn_of
    for glyphs, _, _, (left, _, right, _) in line.shaped.inked:
        middle = (left + right) / 2
        about = [(number, (x - middle) * unit, y * unit) for number, x, y in glyphs]
        yield Frame(turn_of(middle), 0.0, high, scale, about)
