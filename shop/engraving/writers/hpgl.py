"""HPGL for plotters and engraving machines: outlines and strokes in units of 0.025 mm, y upwards.

There is no guide in it, even when one is asked for: a plotter draws with whatever pen it is told to take.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.geometry import Point
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import placed

UNIT_MM: Final = 0.025
"""The plotter unit of HP-GL."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
    """The side drawn with pen 1; closed contours end where they begin."""
    found = placed(side, jig)
    paths = "".join(_path(contour) for contour in (*found.filled, *found.strokes))
    return f"IN;PA;SP1;\n{paths}PU;SP0;\n".encode()


def _path(contour: Contour) -> str:
    first, *others = _stops(contour)
    return f"PU{first};\nPD{','.join(others or [first])};\n"


def _stops(contour: Contour) -> Iterator[str]:
    """The corners in whole units, none twice in a row."""
    corners = contour.corners()
    around: list[Point] = [*corners, corners[0]] if contour.closed else corners
    for stop, _ in groupby(f"{round(x / UNIT_MM)},{round(y / UNIT_MM)}" for x, y in around):
        yield stop
