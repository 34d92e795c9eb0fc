"""A glyph as the region of its ink: its outline flattened and filled as fonts mean it, by GEOS."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from shop.engraving.contours import TOLERANCE_MM, Contour, Step
from shop.engraving.geometry import Point
from shop.left_out import left_out

if TYPE_CHECKING:
    from shapely import Geometry

_KEPT: Final = 1024
"""Glyphs whose region is remembered in this process."""
_CORNERS: Final = 3
"""A ring with fewer holds no ink."""


@cache
def _parser() -> Callable[[str, object], None]:
    with left_out("lxml"):  # the package of path data brings an XML parser along
        from fontTools.svgLib.path import parse_path  # noqa: PLC0415
    found: Callable[[str, object], None] = parse_path
    return found


def contours_of(path: str) -> tuple[Contour, ...]:
    """Path data (SVG) as contours, closed and open."""
    from fontTools.pens.recordingPen import RecordingPen  # noqa: PLC0415 - only files need it

    pen, found = RecordingPen(), []
    _parser()(path, pen)
    start: Point = (0.0, 0.0)
    steps: list[Step] = []
    for name, points in pen.value:
        if name == "moveTo":
            start, steps = points[0], []
        elif name in {"closePath", "endPath"}:
            found.append(Contour(start, tuple(steps), closed=name == "closePath"))
        else:
            steps.append(tuple(points))
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def glyph_contours(path: str) -> tuple[Contour, ...]:
    """The same of a glyph, in font units: it is asked for again and again."""
    return contours_of(path)


@lru_cache(maxsize=_KEPT)
def glyph_region(path: str, most_mm_per_unit: float) -> "Geometry":
    """The ink within the closed contours of a glyph, in font units; empty when it has none.

    It strays by no more than TOLERANCE_MM as long as a unit is not drawn larger than that.
    """
    return region_of(glyph_contours(path), most_mm_per_unit)


def region_of(contours: Sequence[Contour], most_mm_per_unit: float) -> "Geometry":
    """The same of contours that nobody will ask for again."""
    closed = [contour for contour in contours if contour.closed]
    rings = [contour.corners(TOLERANCE_MM / most_mm_per_unit) for contour in closed]
    return _filled([ring for ring in rings if len(ring) >= _CORNERS])


def _filled(rings: Sequence[Sequence[Point]]) -> "Geometry":
    """All that the rings run round more often one way than the other: the non-zero rule of every font."""
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    edges = shapely.union_all([shapely.LinearRing(ring) for ring in rings])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    winding = sum((_winding(inside, np.asarray(ring)) for ring in rings), np.zeros(len(inside), int))
    return shapely.union_all(faces[winding != 0])


def _winding(points: Any, ring: Any) -> Any:
    """How often the ring runs round each point, anticlockwise less clockwise."""
    import numpy as np  # noqa: PLC0415

    (ax, ay), (bx, by) = ring.T, np.roll(ring, -1, axis=0).T
    x, y = points[:, :1], points[:, 1:]
    left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
    up, down = (ay <= y) & (by > y) & (left > 0), (ay > y) & (by <= y) & (left < 0)
    return up.sum(axis=1) - down.sum(axis=1)
