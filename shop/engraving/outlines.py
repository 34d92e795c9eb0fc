"""What is cut: the letters of one side as outlines without overlap, ready for any machine.

Script letters run into one another, and a machine that fills by counting edges would leave the joins bare;
so all letters of a side are thickened and united, by GEOS. Curves become straight lines so short that none
strays by more than TOLERANCE_MM, and every format writes the same corners. Whether the ink is that of the
approved drawing is for cut_check.py to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from fontTools.misc.transform import Scale, Transform

from shop.engraving.areas import Area, outline
from shop.engraving.bending import UNIT_MM
from shop.engraving.contours import Contour, polygon
from shop.engraving.engraving import Engraving
from shop.engraving.faces import Face, opened
from shop.engraving.frames import frames_of
from shop.engraving.layout import lay_out
from shop.engraving.line_faces import AnyFace, face_on, thickest_mm
from shop.engraving.placement import PlacedLine
from shop.engraving.regions import contours_of, glyph_contours, glyph_region, region_of
from shop.frozen import frozen

if TYPE_CHECKING:
    from shapely import Geometry

_GRID_MM: Final = 0.0001
"""Every corner lies on this grid: files write so many decimals, so that none of them moves an edge."""
_QUARTER: Final = 8
"""Straight lines to a quarter of a round join; of 0.1 mm across they stray by 0.00025 mm."""
_SPECK_MM2: Final = 1e-6
"""Contours smaller than this (a thousandth of a mm each way) are left over from sums, not from letters."""


class CannotUnite(Exception):
    """GEOS gave up on these letters. Its text quotes none of them."""

    def __init__(self) -> None:
        super().__init__("The outlines of these letters could not be united.")


@frozen
class CutSide:
    """One engraved side. `contours` never overlap; `stroke_mm` is how wide the open ones are cut."""

    area: Area
    contours: tuple[Contour, ...] = field(repr=False)
    stroke_mm: float = 0.0

    @cached_property
    def filled(self) -> tuple[Contour, ...]:
        """The edges of ink."""
        return tuple(contour for contour in self.contours if contour.closed)

    @cached_property
    def strokes(self) -> tuple[Contour, ...]:
        """The paths that the tool's tip follows; only faces of single lines have any."""
        return tuple(contour for contour in self.contours if not contour.closed)

    @cached_property
    def guide(self) -> tuple[Contour, ...]:
        """The edge of the metal, to lay the piece by; it is not cut."""
        return tuple(polygon(points) for points in outline(self.area))


def cut_sides(areas: Sequence[Area], engraving: Engraving) -> dict[str, CutSide]:
    """By its key, each engraved side. Raises CannotUnite.

    The words were accepted with the face's version, so see first that `engraving.face_is_current`.
    """
    return {area.key: cut_side(area, engraving) for area in areas if area.key in engraving.engraved}


def cut_side(area: Area, engraving: Engraving) -> CutSide:
    """The outlines of one side, its words and its artwork united. Raises CannotUnite."""
    words, paths = engraving.words_on(area.key), [each.drawing for each in engraving.artwork_on(area.key)]
    return cut(area, engraving.faces_on(area.key), words, paths) if words else cut_path(area, "".join(paths))


def cut(area: Area, face: AnyFace, words: Mapping[int, str], paths: Sequence[str] = ()) -> CutSide:
    """The outlines of the words of one side, by line number, and of paths beside them. Raises CannotUnite."""
    import shapely  # noqa: PLC0415 - only files for the cutter need it

    inked: list[Geometry] = []
    strokes: list[Contour] = []
    try:
        for line in lay_out(area, face, words).lines:
            letters, open_ones = _letters(face_on(face, line.number), line)
            inked += letters
            strokes += open_ones
        whole = _united([*inked, *map(_drawn, paths)])
        return CutSide(area, (*_contours(whole), *strokes), thickest_mm(face, words))
    except shapely.errors.GEOSException:
        raise CannotUnite from None


def _letters(face: Face, line: PlacedLine) -> tuple[Sequence["Geometry"], list[Contour]]:
    """The ink of one line, letter by letter; and the paths of single lines."""
    letters: list[Geometry] = []
    strokes: list[Contour] = []
    for frame in frames_of(face, line):
        for path, at in frame.transforms():
            contours, region = _ink(path, face, bent=frame.bent)
            strokes += [_moved(contour, at) for contour in contours if not contour.closed]
            letters.append(_placed(region, at))
    return _thickened(letters, face.thicken_mm), strokes


def cut_path(area: Area, path: str) -> CutSide:
    """An outline that is no letter's (path data in mm about the middle, y downwards). Raises CannotUnite."""
    import shapely  # noqa: PLC0415

    try:
        return CutSide(area, tuple(_contours(_united([_drawn(path)]))))
    except shapely.errors.GEOSException:
        raise CannotUnite from None


def _drawn(path: str) -> "Geometry":
    """The ink of path data in mm, y downwards; too large to be remembered."""
    return _placed(region_of(contours_of(path), 1.0), Scale(1, -1))


def _ink(path: str, face: Face, *, bent: bool) -> tuple[Sequence[Contour], "Geometry"]:
    """The contours of a letter and its ink; a bent one is like this for these words alone."""
    if bent:
        contours = contours_of(path)
        return contours, region_of(contours, UNIT_MM)
    return glyph_contours(path), glyph_region(path, _most_mm_per_unit(face))


def _most_mm_per_unit(face: Face) -> float:
    return face.cap_max_mm / opened(face).cap_height


def _moved(contour: Contour, at: Transform) -> Contour:
    steps = tuple(tuple(at.transformPoints(step)) for step in contour.steps)
    return Contour(at.transformPoint(contour.start), steps, contour.closed)


def _placed(region: "Geometry", at: Transform) -> "Geometry":
    import shapely  # noqa: PLC0415

    (xx, xy, yx, yy, dx, dy) = at
    return shapely.transform(region, lambda points: points @ ((xx, xy), (yx, yy)) + (dx, dy))


def _thickened(letters: Sequence["Geometry"], by_mm: float) -> Sequence["Geometry"]:
    """Half of the thickening laid round each letter."""
    import shapely  # noqa: PLC0415

    return list(shapely.buffer(letters, by_mm / 2, quad_segs=_QUARTER)) if by_mm else letters


def _united(inked: Sequence["Geometry"]) -> "Geometry":
    """All that is ink, as one."""
    import shapely  # noqa: PLC0415

    # Rounded once, at the end: GEOS then sees to it that no two edges cross on the grid either.
    whole = shapely.set_precision(shapely.union_all(inked), _GRID_MM)
    return shapely.orient_polygons(shapely.normalize(whole))


def _contours(ink: "Geometry") -> Iterator[Contour]:
    """Outer edges anticlockwise, holes clockwise; see Contour."""
    import shapely  # noqa: PLC0415

    rings = shapely.get_rings(shapely.get_parts(ink))
    for ring in rings[shapely.area(shapely.polygons(rings)) > _SPECK_MM2]:
        yield polygon(list(map(tuple, shapely.get_coordinates(ring)[:-1].tolist())))
