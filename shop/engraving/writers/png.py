"""PNG: the side as a small picture for e-mails, words dark on pale metal, nothing round it.

Round the metal lies its edge, on the metal lie the words: so one number says what a pixel is, from nothing
(0) over edge and metal to words (255), or how two neighbours are mixed, and a palette has the colours.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from shop.engraving.coverage import Array, covered, ink_rings, region_rings
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import placed

WIDTH_PX: Final = 600

Colour = tuple[int, int, int, int]
"""Red, green, blue and how much hides what is behind, 0 to 255."""
METALS: Final[Mapping[str, Colour]] = {"silver": (0xE9, 0xE7, 0xE4, 255), "gold": (0xED, 0xD5, 0x9C, 255)}
"""Colours by the metal's slug; any other is shown as silver. Words stand out on both by more than 11 to 1."""
_WORDS: Final[Colour] = (0x1F, 0x1C, 0x19, 255)
_EDGE: Final[Colour] = (0x8D, 0x87, 0x7E, 255)
_NOTHING: Final[Colour] = (*_EDGE[:3], 0)
_EDGE_MM: Final = 0.12
"""As wide as its line, and as much is left free round it."""
_STEP: Final = 85
"""A third of the way from nothing to words."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:  # noqa: ARG001 - a picture is for people
    """The side in silver, upright wherever the jig holds it."""
    return picture(side, "silver")


def picture(side: CutSide, metal: str, width_px: int | None = None) -> bytes:
    """The side in the metal of that slug, WIDTH_PX wide unless another width is asked for."""
    pixels = _pixels(side, width_px or WIDTH_PX)
    colours, hiding = _palette(METALS.get(metal, METALS["silver"]))
    return _file(pixels, colours, hiding)


def _file(pixels: Array, colours: bytes, hiding: bytes) -> bytes:
    """A PNG of a byte a pixel, with its palette (PNG specification, 11.2).

    Pillow would load four other formats for it, into each process that sends e-mails.
    """
    import numpy as np  # noqa: PLC0415

    high_px, width_px = pixels.shape
    unfiltered = np.pad(pixels, ((0, 0), (1, 0)))  # as the byte before each row says
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width_px, high_px, 8, 3, 0, 0, 0),
        b"PLTE": colours,
        b"tRNS": hiding,
        b"IDAT": zlib.compress(unfiltered.tobytes()),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )


@cache
def _palette(metal: Colour) -> tuple[bytes, bytes]:
    """Red, green and blue of each number; and how much each hides what is behind."""
    colours = [
        [round(a + (b - a) * step / _STEP) for a, b in zip(one, other, strict=True)]
        for one, other in pairwise((_NOTHING, _EDGE, metal, _WORDS))
        for step in range(_STEP)
    ]
    colours.append([*_WORDS])
    return bytes(part for colour in colours for part in colour[:3]), bytes(colour[3] for colour in colours)


def _pixels(side: CutSide, width_px: int) -> Array:
    """A row for each row of pixels, each of them 0 to 255."""
    import numpy as np  # noqa: PLC0415

    left, bottom, right, top = placed(side, AS_DRAWN).page
    scale = width_px / (right - left + 2 * _EDGE_MM)
    high_px = round((top - bottom + 2 * _EDGE_MM) * scale)
    rings = [
        np.array(ring) * (scale, -scale) + (width_px / 2, high_px / 2)
        for ring in (*_edges(side), *ink_rings(side))
    ]
    return np.rint(_STEP * covered(rings, high_px, width_px)).astype(np.uint8)


def _edges(side: CutSide) -> Iterator[Array]:
    """The outer and the inner side of the line along the metal's edge."""
    import shapely  # noqa: PLC0415

    outer, *holes = (contour.corners() for contour in side.guide)
    metal = shapely.Polygon(outer, holes)
    yield from region_rings(shapely.buffer([metal, metal], (_EDGE_MM / 2, -_EDGE_MM / 2)))
