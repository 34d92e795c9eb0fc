"""What was approved for one side, letter by letter: the regions of ink that a photograph is held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from fontTools.misc.transform import Transform

from shop.engraving.areas import Area, outline
from shop.engraving.bending import UNIT_MM
from shop.engraving.characters import split
from shop.engraving.faces import Face, opened
from shop.engraving.frames import frames_of
from shop.engraving.layout import lay_out
from shop.engraving.line_faces import AnyFace, face_on
from shop.engraving.outlines import CutSide
from shop.engraving.placement import PlacedLine
from shop.engraving.regions import contours_of, glyph_region, region_of
from shop.frozen import frozen
from shop.text.direction import is_leftwards

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_SPECK_MM2: Final = 0.0005
_QUARTER: Final = 4
_CORNER_MM: Final = 0.004
"""How far the regions may stray for the sake of fewer corners: a tenth of a pixel of a photograph."""


@frozen
class Letter:
    """One letter with its marks, as it is cut: `parts` do not touch, the largest first; mm, y downwards."""

    line: int
    number: int
    """In its line, from the left."""
    name: str
    parts: tuple["BaseGeometry", ...] = field(repr=False)

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"line": self.line, "number": self.number, "parts": [_rings(part) for part in self.parts]}


@frozen
class ApprovedSide:
    """The piece's own edge and its letters."""

    area: Area
    letters: tuple[Letter, ...]

    def written(self) -> dict[str, Any]:
        """As JSON has it: what the process that reads the photograph is told."""
        edge = [(x, -y) for x, y in outline(self.area)[0]]
        letters = [letter.written() for letter in self.letters]
        return {"shape": self.area.shape, "edge": edge, "letters": letters}


def approved_words(area: Area, face: AnyFace, words: Mapping[int, str]) -> ApprovedSide:
    """Words by line number, laid out as they are cut."""
    letters: list[Letter] = []
    for line in lay_out(area, face, words).lines:
        own = face_on(face, line.number)
        regions = _of_line(line, own, frames_of(own, line))
        names = _names(words[line.number], len(regions))
        letters += [
            Letter(line.number, at + 1, name, _parts(region, own.thicken_mm))
            for at, (region, name) in enumerate(zip(regions, names, strict=True))
        ]
    return ApprovedSide(area, tuple(letter for letter in letters if letter.parts))


def approved_cut(side: CutSide) -> ApprovedSide:
    """Artwork, or what was drawn by hand: each piece of ink that touches no other stands for a letter."""
    import shapely  # noqa: PLC0415 - only the bench needs it

    rings = [shapely.Polygon([(x, -y) for x, y in contour.corners()]) for contour in side.filled]
    whole: BaseGeometry = shapely.Polygon()
    for ring in sorted(rings, key=lambda each: -each.area):
        whole = whole.symmetric_difference(ring)
    parts = sorted(shapely.get_parts(whole), key=lambda part: part.bounds[0])
    letters = [Letter(1, at + 1, "", (part,)) for at, part in enumerate(parts) if part.area > _SPECK_MM2]
    return ApprovedSide(side.area, tuple(letters))


def _of_line(line: PlacedLine, face: Face, placed: Iterator[Any]) -> list["BaseGeometry"]:
    """The ink of each letter that has any, from the left; takes as many frames as the line has."""
    inked = line.shaped.inked
    if line.pitch is not None and not line.shaped.joined:
        return [_united(list(next(placed).transforms()), face, bent=False) for _ in inked]
    frame = next(placed)
    glyphs = list(frame.transforms())
    found, at = [], 0
    for cluster in inked:
        count = len(cluster.inked)
        found.append(_united(glyphs[at : at + count], face, bent=frame.bent))
        at += count
    return found


def _united(glyphs: Sequence[tuple[str, Transform]], face: Face, *, bent: bool) -> "BaseGeometry":
    import shapely  # noqa: PLC0415

    regions = []
    for path, (xx, xy, yx, yy, dx, dy) in glyphs:
        region = region_of(contours_of(path), UNIT_MM) if bent else glyph_region(path, _unit(face))
        turn = ((xx, -xy), (yx, -yy))
        regions.append(shapely.transform(region, lambda at, by=turn, to=(dx, -dy): at @ by + to))  # type: ignore[misc]
    return shapely.union_all(regions)


def _unit(face: Face) -> float:
    return face.cap_max_mm / opened(face).cap_height


def _parts(region: "BaseGeometry", thicken_mm: float) -> tuple["BaseGeometry", ...]:
    import shapely  # noqa: PLC0415

    thick = shapely.buffer(region, thicken_mm / 2, quad_segs=_QUARTER)
    parts = shapely.get_parts(shapely.simplify(thick, _CORNER_MM))
    return tuple(sorted((part for part in parts if part.area > _SPECK_MM2), key=lambda part: -part.area))


def _names(text: str, count: int) -> list[str]:
    """The letters as they were typed, from the left; empty where they do not stand one for one."""
    letters = [letter for letter in split(text) if not letter.isspace()]
    if len(letters) != count:
        return [""] * count
    return letters[::-1] if is_leftwards(text) else letters


def _rings(part: "BaseGeometry") -> list[list[list[float]]]:
    import shapely  # noqa: PLC0415

    rings = shapely.get_rings(part)
    return [[[round(x, 4), round(y, 4)] for x, y in shapely.get_coordinates(ring)[:-1]] for ring in rings]
