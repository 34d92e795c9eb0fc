"""The piece as it lies flat, so many pixels to the mm, and how dark it is cut: the light taken out."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from shop.frozen import frozen
from shop.inspection.sampling import Matrix, Plane, Points, blurred, spread_max

_FINER: Final = 4
_GROOVE_MM: Final = 0.42
"""Half of more than the widest stroke that is cut."""
_ROUND_MM: Final = 0.5
CLIPPED: Final = 250
"""So bright that nothing can be seen any more."""


@frozen
class Grid:
    """Pixels over a box of mm (left, top, right, bottom), y downwards."""

    box: tuple[float, float, float, float]
    px_mm: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        left, top, right, bottom = self.box
        return round((right - left) * self.px_mm), round((bottom - top) * self.px_mm)

    @property
    def to_mm(self) -> Matrix:
        """From pixels to mm."""
        return np.array([[1 / self.px_mm, 0, self.box[0]], [0, 1 / self.px_mm, self.box[1]], [0, 0, 1.0]])

    def px(self, points: Points) -> Points:
        """From mm to pixels."""
        return (points - self.box[:2]) * self.px_mm

    def filled(self, regions: list[BaseGeometry]) -> Plane:
        """How much of each pixel these regions cover, 0 to 1."""
        wide, high = self.size
        page = Image.new("L", (wide * _FINER, high * _FINER))
        draw = ImageDraw.Draw(page)
        parts = [part for region in regions for part in shapely.get_parts(region)]
        rings = [(part.exterior, 255) for part in parts]
        rings += [(ring, 0) for part in parts for ring in part.interiors]
        # A hole may hold ink again: the larger ring first.
        for ring, value in sorted(rings, key=lambda each: -shapely.Polygon(each[0]).area):
            corners = self.px(shapely.get_coordinates(ring)) * _FINER - 0.5
            draw.polygon([(x, y) for x, y in corners.tolist()], fill=value)
        return np.asarray(page.reduce(_FINER), np.float32) / np.float32(255)


def flat(photograph: Image.Image, at: Matrix, grid: Grid) -> Plane:
    """The brightness of the piece as it lies flat, 0 to 255."""
    down = at @ grid.to_mm
    down = down / down[2, 2]
    seen = photograph.transform(
        grid.size,
        Image.Transform.PERSPECTIVE,
        [float(value) for value in down.reshape(-1)[:8]],
        Image.Resampling.BICUBIC,
    )
    return np.asarray(seen.convert("L"), np.float32)


def darkness(seen: Plane, grid: Grid, metal: Plane, known: Plane | None = None) -> Plane:
    """How much darker than the bare metal round it, 0 to 1.

    With `known` ink, what is bare is known, too; without, the brightest of what is near is taken for it.
    """
    inside = metal > 0.99  # noqa: PLR2004 - all of the pixel
    light: Plane = np.where(inside, np.maximum(seen, 1) / 255, 0).astype(np.float32)
    if known is None:
        reach = round(_GROOVE_MM * grid.px_mm)
        closed = -spread_max(-np.where(inside, spread_max(blurred(light, 1), reach), 9), reach)
        bare = _average(closed, inside & (closed < 9), grid)  # noqa: PLR2004
    else:
        clear = inside & (spread_max(known, round(0.1 * grid.px_mm)) < 0.1)  # noqa: PLR2004
        bare = _average(light, clear, grid)
        for _ in range(2):  # what is cut but was not approved is not bare, nor is a lip of light
            plain = clear & (np.abs(light / bare - 1) < 0.15)  # noqa: PLR2004
            bare = _average(light, plain, grid)
    found: Plane = np.where(inside, 1 - light / bare, 0).astype(np.float32)
    return found


def _average(light: Plane, where: NDArray[np.bool_], grid: Grid) -> Plane:
    """Of what is bare round each place, weighted by nearness."""
    coarse = max(1, round(grid.px_mm / 8))
    high, wide = light.shape
    rows, columns = -(-high // coarse), -(-wide // coarse)
    pad = ((0, rows * coarse - high), (0, columns * coarse - wide))
    shape = (rows, coarse, columns, coarse)
    sums = np.pad(np.where(where, light, 0), pad).reshape(shape).mean(axis=(1, 3))
    counts = np.pad(where.astype(np.float32), pad).reshape(shape).mean(axis=(1, 3))
    sigma = _ROUND_MM * grid.px_mm / coarse
    soft = [_soft(plane, sigma) for plane in (sums, counts)]
    wider = [_soft(plane, 3 * sigma) + 1e-6 for plane in (sums, counts)]
    much = soft[1] / (soft[1] + 0.03)
    ratio = much * soft[0] / np.maximum(soft[1], 1e-6) + (1 - much) * wider[0] / wider[1]
    page = Image.fromarray(ratio.astype(np.float32)).resize(
        (columns * coarse, rows * coarse), Image.Resampling.BILINEAR
    )
    found: Plane = np.maximum(np.asarray(page)[:high, :wide], 1e-3)
    return found


def _soft(plane: Plane, sigma: float) -> Plane:
    down, across = (_weights(length, sigma) for length in plane.shape)
    found: Plane = (down @ plane @ across).astype(np.float32)
    return found


def _weights(length: int, sigma: float) -> NDArray[np.float64]:
    away = np.arange(length)[:, None] - np.arange(length)
    near = np.abs(away) < 4 * sigma  # smaller numbers than these are slow
    return np.where(near, np.exp(-np.minimum(away**2 / (2 * sigma**2), 8)), 0) / (sigma * 2.5066)
