"""Letters that run into one another, bent along their circle: their outlines themselves, so that joins hold.

Turned each as a whole, they would meet at an angle. Here each point keeps its height above the baseline and
its place along the line, as on a strip that is bent.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise, starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shop.engraving.contours import Contour, Step, as_cubic, between, walked
from shop.engraving.faces import OpenFont
from shop.engraving.geometry import Point
from shop.engraving.regions import glyph_contours

if TYPE_CHECKING:
    from shop.engraving.placement import PlacedLine

UNIT_MM: Final = 0.001
"""A micrometre: proofs and files go by no less."""
_LONGEST: Final = 0.4
"""The longest step of an outline that is bent in one, in capitals' heights: so short, no letter of the faces
strays by more than it is rounded by (tests/engraving/test_bending.py)."""
_KEPT: Final = 1024


def bent(line: "PlacedLine", font: OpenFont) -> list[str]:
    """Each letter's path data (SVG) about the area's middle, y upwards, in UNIT_MM; of a bent line.

    What leaves the end of a curve leaves it in the direction that the bent strip has there.
    """
    import numpy as np  # noqa: PLC0415 - only where words are laid out

    assert line.pitch is not None
    glyphs = [glyph for cluster in line.shaped.inked for glyph in cluster.inked]
    curves = [_curves(font, glyph.number) for glyph in glyphs]
    x = np.concatenate([each.x + glyph.x for each, glyph in zip(curves, glyphs, strict=True)])
    y = np.concatenate([each.y + glyph.y for each, glyph in zip(curves, glyphs, strict=True)])
    begins = accumulate([len(each.x) for each in curves], initial=0)
    ends = np.concatenate([each.ends + begin for each, begin in zip(curves, begins, strict=False)])
    turn, radius = line.turn + (line.x + line.cap_mm * x) / line.pitch, line.y + line.cap_mm * y
    there = turn[ends]
    along, sine, cosine = radius[ends] * (turn - there), np.sin(there), np.cos(there)
    placed = np.column_stack((radius * sine + along * cosine, radius * cosine - along * sine))
    written = "|".join([each.written for each in curves])
    drawn: str = written % tuple(np.rint(placed.ravel() / UNIT_MM).astype(int).tolist())
    return drawn.split("|")


class _Curves(NamedTuple):
    """A glyph as cubic curves: its points in capitals' heights, and for each which end of a curve it is at.

    `written` is its path data, with a place for each number.
    """

    x: Any
    y: Any
    ends: Any
    written: str


@lru_cache(maxsize=_KEPT)
def _curves(font: OpenFont, number: int) -> _Curves:
    import numpy as np  # noqa: PLC0415

    unit = font.cap_height
    points: list[Point] = []
    ends: list[int] = []
    written: list[str] = []
    for contour in glyph_contours(font.paths[number]):
        steps = list(_steps(contour, _LONGEST * unit))
        first = len(points)
        points.append(contour.start)
        points += [point for step in steps for point in step]
        ends.append(first)
        for end in range(first, first + 3 * len(steps), 3):
            ends += (end, end + 3, end + 3)
        written += ("M%d %d", *["C%d %d %d %d %d %d"] * len(steps), "Z" * contour.closed)
    x, y = np.array(points).T / unit
    return _Curves(x, y, np.array(ends), "".join(written))


def _steps(contour: Contour, longest: float) -> Iterator[Sequence[Point]]:
    """The contour as cubic curves without their starts, the one that closes it among them, none longer."""
    last = contour.start
    for start, step in walked(contour):
        yield from _short(start, step, longest)
        last = step[-1]
    if contour.closed and last != contour.start:
        yield from _short(last, (contour.start,), longest)


def _short(start: Point, step: Step, longest: float) -> Iterator[Sequence[Point]]:
    from fontTools.misc.bezierTools import splitCubicAtT  # noqa: PLC0415 - only where letters are bent

    curve = (start, *(as_cubic(start, step) if len(step) > 1 else _straight(start, step[0])))
    pieces = 1 + int(sum(starmap(math.dist, pairwise(curve))) / longest)
    for _, *points in splitCubicAtT(*curve, *(piece / pieces for piece in range(1, pieces))):
        yield points


def _straight(start: Point, end: Point) -> Step:
    return between(start, end, 1 / 3), between(start, end, 2 / 3), end
