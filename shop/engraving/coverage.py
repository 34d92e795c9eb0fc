"""How much of each pixel lies within rings: what pictures of a cut are painted from."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from shop.engraving.outlines import CutSide

Array = Any
"""A numpy array; numpy is imported when a picture is drawn."""

_SCANS: Final = 4
"""How often each row of pixels is looked along."""


def ink_rings(side: CutSide) -> Iterator[Array]:
    """The edges of ink in mm, y upwards: of what is filled, and of what is drawn with a stroke."""
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    for contour in side.filled:
        corners = contour.corners()
        yield np.fromiter(chain.from_iterable(corners), float, 2 * len(corners)).reshape(-1, 2)
    if side.strokes:
        paths = [shapely.LineString(contour.corners()) for contour in side.strokes]
        yield from region_rings([shapely.union_all(shapely.buffer(paths, side.stroke_mm / 2))])


def region_rings(regions: Array) -> Iterator[Array]:
    """The edges of regions, corner by corner: the outer anticlockwise, those of holes clockwise."""
    import shapely  # noqa: PLC0415

    for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(regions))):
        yield shapely.get_coordinates(ring)[:-1]


def covered(rings: Sequence[Array], high_px: int, width_px: int) -> Array:
    """How many of the rings lie round each pixel, to the part of one that they cover.

    Going along a row from the left, each edge that is crossed changes the count for all that follow.
    """
    import numpy as np  # noqa: PLC0415

    a = np.vstack(rings) * (1, _SCANS)
    b = np.vstack([np.roll(ring, -1, axis=0) for ring in rings]) * (1, _SCANS)
    first, last = np.ceil(a[:, 1] - 0.5).astype(int), np.ceil(b[:, 1] - 0.5).astype(int)
    count = np.abs(last - first)
    edge = np.repeat(np.arange(len(a)), count)  # each edge once for every row of scans that it crosses
    scan = np.minimum(first, last)[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    slope = (b[edge, 0] - a[edge, 0]) / (b[edge, 1] - a[edge, 1])
    x = a[edge, 0] + (scan + 0.5 - a[edge, 1]) * slope
    column = np.floor(x).astype(int)
    wide = width_px + 1  # what changes behind the last pixel of a row is no part of the next
    pixel = scan // _SCANS * wide + column
    turn = np.where(last > first, 1 / _SCANS, -1 / _SCANS)[edge]
    change = np.bincount(pixel, turn * (column + 1 - x), high_px * wide)
    change += np.bincount(pixel + 1, turn * (x - column), high_px * wide)
    return np.cumsum(change.reshape(high_px, wide), axis=1)[:, :-1]
