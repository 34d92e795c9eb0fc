"""Where the piece lies on the photograph: what differs from the ground that the picture's border shows."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shop.artwork.outlining import blots
from shop.inspection.sampling import spread_max

Points = NDArray[np.float64]

_LONG_PX: Final = 400
"""The longer edge of what is looked at: half a mm is a few pixels then."""
_GROOVE_PX, _WIRE_PX = 3, 6
_BORDER: Final = 0.035
_LEVELS: Final = (3.0, 4.5, 6.5, 9.0, 13.0)
"""How many times the ground's own spread something must differ from it."""
_LEAST_SHARE, _MOST_SHARE = 0.015, 0.75
_SAME: Final = 0.015
_KEPT: Final = 0.8
"""Of the border: a chain that leaves the picture is not ground."""


def silhouettes(photograph: Image.Image) -> list[Points]:
    """Outlines that may be the piece's, in pixels of the photograph; wires and chains are left out."""
    small = photograph.copy()
    small.thumbnail((_LONG_PX, _LONG_PX), Image.Resampling.BOX)
    apart = _apart_from_ground(small.filter(ImageFilter.GaussianBlur(1.2)))
    scale = photograph.width / small.width
    found: list[Points] = []
    for level in _LEVELS:
        outline = _largest(apart > level)
        if outline is not None and not _known(outline * scale, found):
            found.append(outline * scale)
    return found


def _known(outline: Points, found: list[Points]) -> bool:
    """Whether another level showed as good as the same."""
    size = shapely.Polygon(outline).area
    return any(abs(shapely.Polygon(each).area / size - 1) < _SAME for each in found)


def _apart_from_ground(seen: Image.Image) -> NDArray[np.float64]:
    """How far each pixel's colour is from the ground's there, in the ground's own spreads."""
    colours = np.asarray(seen, np.float64)
    high, wide = colours.shape[:2]
    rows, columns = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    place = np.stack([np.ones_like(rows), rows, columns], axis=-1)
    inset = max(2, round(_BORDER * max(high, wide)))
    border = np.ones((high, wide), bool)
    border[inset:-inset, inset:-inset] = False
    kept = place[border], colours[border]
    for _ in range(4):
        slope = np.linalg.solve(kept[0].T @ kept[0], kept[0].T @ kept[1])
        spread = np.cov((kept[1] - kept[0] @ slope).T) + 2.0 * np.eye(3)
        off = _distance(colours[border] - place[border] @ slope, spread)
        near = off <= np.quantile(off, _KEPT)
        kept = place[border][near], colours[border][near]
    return _distance(colours - place @ slope, spread)


def _distance(off: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.sqrt(np.einsum("...i,ij,...j->...", off, np.linalg.inv(spread), off))
    return found


def _largest(differs: NDArray[np.bool_]) -> Points | None:
    """The outline of the largest piece that is thicker than a wire."""
    plane = differs.astype(np.float32)
    plane = -spread_max(-spread_max(plane, _GROOVE_PX), _GROOVE_PX)  # what is cut belongs to it
    plane = spread_max(-spread_max(-plane, _WIRE_PX), _WIRE_PX)
    found = [shapely.Polygon(blot.region.exterior) for blot in blots(plane)]
    if not found:
        return None
    largest = max(found, key=lambda each: each.area)
    if not _LEAST_SHARE < largest.area / differs.size < _MOST_SHARE:
        return None
    return shapely.get_coordinates(shapely.segmentize(shapely.simplify(largest.exterior, 0.3), 3.0))[:-1]
