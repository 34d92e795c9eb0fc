"""Where each glyph of a layout stands. The drawing on the pages and the files that are cut ask here."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fontTools.misc.transform import Identity, Transform

from shop.engraving.bending import UNIT_MM, bent
from shop.engraving.faces import Face, opened
from shop.engraving.line_faces import AnyFace, face_on
from shop.engraving.placement import PlacedLine, SideLayout

if TYPE_CHECKING:
    from shop.engraving.faces.open_font import OpenFont


class Frame(NamedTuple):
    """Outlines that share one place: scaled, then moved to (x, y), then turned about the area's middle.

    `turn` is in radians clockwise, (x, y) in mm with y upwards, `scale` in mm per unit; `outlines` are
    (path data, x, y), all in units: those of the font, or UNIT_MM where outlines were bent for these words.
    """

    turn: float
    x: float
    y: float
    scale: float
    outlines: Sequence[tuple[str, float, float]]
    bent: bool = False

    def transforms(self) -> Iterator[tuple[str, Transform]]:
        """For each outline its path data and the map from units to mm about the area's middle."""
        at = Identity.rotate(-self.turn).translate(self.x, self.y).scale(self.scale)
        for path, x, y in self.outlines:
            if path:
                yield path, at.translate(x, y)


def frames(face: AnyFace, side: SideLayout) -> Iterator[Frame]:
    """The frames of every line, in the order of the words: one a line, or one a letter that is turned."""
    for line in side.lines:
        yield from frames_of(face_on(face, line.number), line)


def frames_of(face: Face, line: PlacedLine) -> Iterator[Frame]:
    """The same of one line, in its own face."""
    font = opened(face)
    if line.pitch is None:
        yield _across(line, font)
    elif line.shaped.joined:
        yield Frame(0.0, 0.0, 0.0, UNIT_MM, [(path, 0.0, 0.0) for path in bent(line, font)], bent=True)
    else:
        yield from _round(line, font)


def _across(line: PlacedLine, font: "OpenFont") -> Frame:
    unit, paths = font.cap_height, font.paths
    outlines = [
        (paths[number], x * unit, y * unit)
        for cluster in line.shaped.clusters
        for number, x, y in cluster.glyphs
    ]
    return Frame(0.0, line.x, line.y, line.cap_mm / unit, outlines)


def _round(line: PlacedLine, font: "OpenFont") -> Iterator[Frame]:
    unit, paths = font.cap_height, font.paths
    scale = line.cap_mm / unit
    high, turn_of = line.y, line.turn_of
    for glyphs, _, _, (left, _, right, _) in line.shaped.inked:
        middle = (left + right) / 2
        about = [(paths[number], (x - middle) * unit, y * unit) for number, x, y in glyphs]
        yield Frame(turn_of(middle), 0.0, high, scale, about)
