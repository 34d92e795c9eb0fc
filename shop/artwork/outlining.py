"""The edges of ink between the pixels: smooth closed outlines with as few corners as a tolerance allows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numpy.typing import NDArray

from shop.artwork.ink_and_paper import Plane
from shop.frozen import frozen

Points = NDArray[np.float64]

HALF: Final = 0.5
"""The edge is where there is half the ink: neither light nor a pen's pressure moves it then."""
_CORNERS: Final = 4


@frozen
class Blot:
    """One piece of ink: its outer edge, then its holes, in pixels, and the most ink in it."""

    region: shapely.Polygon
    density: float


def blots(density: Plane, level: float = HALF) -> list[Blot]:
    """All the ink of a sheet, piece by piece. What runs over the edge ends there."""
    framed = np.pad(density, 1)
    # Between two pixels the edge is placed by their densities; a framed sheet closes every outline.
    generator = contour_generator(z=framed, name="serial", fill_type=FillType.OuterOffset)
    found = []
    for points, offsets in zip(*generator.filled(level, np.inf), strict=True):
        rings = [points[start:end] - 0.5 for start, end in pairwise(offsets.tolist())]
        if len(rings[0]) > _CORNERS:
            region = shapely.Polygon(rings[0], [ring for ring in rings[1:] if len(ring) > _CORNERS])
            found.append(Blot(region, _densest(density, region)))
    return found


def edge_px(density: Plane, found: Sequence[Blot]) -> float:
    """Over how many pixels ink becomes paper along most of its outline: two of a sharp photograph."""
    outlines = np.concatenate([shapely.get_coordinates(blot.region) for blot in found])
    high, wide = density.shape
    rows, columns = (
        np.clip(outlines[:, axis].astype(int), 1, most - 2) for axis, most in ((1, high), (0, wide))
    )
    across = density[rows, columns + 1] - density[rows, columns - 1]
    down = density[rows + 1, columns] - density[rows - 1, columns]
    return float(1 / max(np.median(np.hypot(across, down)) / 2, 1e-6))


def smoothed(region: shapely.Polygon, sigma_px: float, tolerance_px: float) -> shapely.Geometry:
    """The same without the steps of pixels: each corner between its neighbours, then as few as will do."""
    rings = [_softened(ring, sigma_px) for ring in _rings(region)]
    found = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    return shapely.simplify(found, tolerance_px, preserve_topology=True)


def _rings(region: shapely.Polygon) -> Iterator[Points]:
    for ring in (region.exterior, *region.interiors):
        yield shapely.get_coordinates(ring)[:-1]


def _softened(ring: Points, sigma: float) -> Points:
    """Weighted with those along the outline (contours have a corner at each line between pixels)."""
    reach = int(np.ceil(2.5 * sigma))
    if len(ring) < 4 * reach or not reach:
        return ring
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    around = np.concatenate([ring[-reach:], ring, ring[:reach]])
    return np.column_stack([np.convolve(around[:, axis], weights, "valid") for axis in (0, 1)])


def _densest(density: Plane, region: shapely.Polygon) -> float:
    left, top, right, bottom = (max(0, int(value)) for value in region.bounds)
    window = density[top : bottom + 1, left : right + 1]
    return float(np.percentile(window, 99)) if window.size else 0.0
