"""Words cut into the metal of a picture, painted: what groove_filter.py says, where no SVG is shown."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from shop.engraving import groove_filter
from shop.engraving.calibration import Placement
from shop.engraving.coverage import Array, covered, ink_rings
from shop.engraving.groove_filter import TONES, Tone
from shop.engraving.outlines import CutSide
from shop.frozen import frozen

_ROUND_PX: Final = 6
"""So much round the words is painted with them: walls and lip reach no further."""
_LEAST: Final = 1e-6
_CONTRAST: Final = 40
"""Of 255: so much darker than the metal, or lighter, a groove is painted at the least."""
_CLEAR: Final = 4
"""A lip is a point's when its ink is less than a quarter."""


@frozen
class Ground:
    """Part of a picture, smaller: its pixels (rows of red, green, blue), `scale` to one of the picture's own.

    `left` and `top` are where it begins, in these smaller pixels.
    """

    pixels: Array
    scale: float
    left: float
    top: float


@frozen
class PlacedCut:
    """The outlines of a side at their place on a picture, turned clockwise by degrees."""

    side: CutSide
    place: Placement
    turn: int = 0

    def rings(self, ground: Ground) -> Iterator[Array]:
        """The edges of ink, in pixels."""
        import numpy as np  # noqa: PLC0415

        a, b, c, d, e, f = self.place.matrix
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        # From y upwards to y downwards, then turned, then as the picture's calibration says.
        turned = np.array(((cos, sin), (sin, -cos)))
        onto = turned @ np.array(((a, b), (c, d))) * ground.scale
        shift = (e * ground.scale - ground.left, f * ground.scale - ground.top)
        for ring in ink_rings(self.side):
            yield ring @ onto + shift

    def sight(self, ground: Ground) -> Iterator[Array]:
        """The edges of what nothing covers, in pixels; none where the whole side is in sight."""
        import numpy as np  # noqa: PLC0415

        for ring in re.findall(r"M([^MZ]+)Z", self.place.clip):
            corners = np.array([[float(value) for value in corner.split()] for corner in ring.split("L")])
            yield corners * ground.scale - (ground.left, ground.top)


def painted(ground: Ground, cuts: Sequence[PlacedCut], metal: str) -> Array:
    """The pixels of the ground with the words cut into a metal of that slug."""
    import numpy as np  # noqa: PLC0415

    pixels, tone = ground.pixels.copy(), TONES.get(metal, TONES["silver"])
    high, wide = pixels.shape[:2]
    edges = [list(cut.rings(ground)) for cut in cuts]
    boxes = [_around(rings, high, wide) for rings in edges]
    # Worked out colour by colour: three of a pixel beside each other would take numpy four times as long.
    touched = _whole(rows for rows, _ in boxes), _whole(columns for _, columns in boxes)
    planes = np.zeros((3, high, wide), np.float32)
    planes[:, *touched] = pixels[touched].transpose(2, 0, 1)
    for cut, rings, box in zip(cuts, edges, boxes, strict=True):
        window = planes[:, *box]
        ink = _share([ring - (box[1].start, box[0].start) for ring in rings], *window.shape[1:])
        lit = _lit(window, ink, tone, cut.place.px_per_mm * ground.scale)
        if sight := list(cut.sight(ground)):
            lit = window + (lit - window) * _share(sight, high, wide)[box]
        window[:] = lit
    pixels[touched] = np.rint(planes[:, *touched]).astype(np.uint8).transpose(1, 2, 0)
    return pixels


def _around(rings: Sequence[Array], high: int, wide: int) -> tuple[slice, slice]:
    """The rows and columns of a picture that so many rings and what lies round them reach."""
    import numpy as np  # noqa: PLC0415

    corners = np.vstack(rings)
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - _ROUND_PX, 0).tolist()
    x1, y1 = (np.ceil(corners.max(axis=0)).astype(int) + _ROUND_PX).tolist()
    return slice(y0, min(y1, high)), slice(x0, min(x1, wide))


def _whole(slices: Iterator[slice]) -> slice:
    parts = list(slices)
    return slice(min(part.start for part in parts), max(part.stop for part in parts))


def _share(rings: Sequence[Array], high: int, wide: int) -> Array:
    """How much of each pixel lies within the rings, 0 to 1."""
    import numpy as np  # noqa: PLC0415

    within = [np.clip(ring, 0, (wide - _LEAST, high - _LEAST)) for ring in rings]
    return np.clip(np.abs(covered(within, high, wide)), 0, 1).astype(np.float32)


def _lit(metal: Array, ink: Array, tone: Tone, px_per_mm: float) -> Array:
    """The metal, by colour, with a groove where there is ink, a lip beside it, lit from the upper left.

    A hairline is hardly a point wide here: on grey metal its dark floor, lit wall and light lip would come to
    the metal's own tone, and the end of an e would be gone.
    """
    import numpy as np  # noqa: PLC0415

    depth = _blurred(ink, groove_filter.WALL_MM * px_per_mm)
    deeper = _along_light(depth) * groove_filter.SLOPE_MM * px_per_mm  # towards the lower right
    times, plus = groove_filter.FLOOR
    floor = _over(metal, tone.floor, times * depth + plus)
    groove = _over(floor, tone.shade, groove_filter.SHADE * deeper)
    groove = _over(groove, tone.lit, groove_filter.LIT * -deeper)
    stands_out = np.abs((groove - metal).mean(axis=0)) >= _CONTRAST
    groove = np.where(stands_out, groove, np.minimum(groove, np.clip(metal - _CONTRAST, 0, None)))
    lip = _moved(ink, groove_filter.LIP_MM * px_per_mm) * np.clip(1 - _CLEAR * ink, 0, 1)
    beside = _over(metal, tone.lip, groove_filter.LIP * lip)
    return beside + (groove - beside) * ink


def _over(below: Array, colour: str, hiding: Array) -> Array:
    """A colour (#rrggbb) that hides so much of each pixel of what is below."""
    import numpy as np  # noqa: PLC0415

    above = np.array(tuple(bytes.fromhex(colour[1:])), np.float32)[:, None, None]
    return below + (above - below) * np.clip(hiding, 0, 1)


def _blurred(ink: Array, sigma: float) -> Array:
    """Blurred as feGaussianBlur does; `sigma` is in pixels."""
    import numpy as np  # noqa: PLC0415

    reach = math.ceil(3 * sigma)
    weights = np.exp(-((np.arange(-reach, reach + 1) / sigma) ** 2) / 2).astype(np.float32)
    weights /= weights.sum()
    high, wide = ink.shape
    padded = np.pad(ink, reach)
    rows = sum(weight * padded[:, at : at + wide] for at, weight in enumerate(weights))
    return sum(weight * rows[at : at + high] for at, weight in enumerate(weights))


def _along_light(depth: Array) -> Array:
    """How much deeper it is a pixel down the light than a pixel up."""
    import numpy as np  # noqa: PLC0415

    padded = np.pad(depth, 1)
    return padded[2:, 2:] - padded[:-2, :-2]


def _moved(ink: Array, pixels: float) -> Array:
    """Moved down the light, by parts of a pixel too."""
    import numpy as np  # noqa: PLC0415

    whole, part = int(pixels), pixels - int(pixels)
    high, wide = ink.shape
    padded = np.pad(ink, ((whole + 1, 0), (whole + 1, 0)))
    return padded[1 : high + 1, 1 : wide + 1] * (1 - part) + padded[:high, :wide] * part
