"""Letters that run into one another, bent along their circle: their outlines themselves, so that joins hold.

Turned each as a whole, they would meet at an angle. Here each point keeps its height above the baseline and
its place along the line, as on a strip that is bent.
"""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise, starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shop.engraving.contours import Contour, Step, as_cubic, between, walked
from shop.engraving.geometry import Point
from shop.engraving.path_data import following, written
from shop.engraving.regions import glyph_contours

if TYPE_CHECKING:
    from shop.engraving.faces.open_font import OpenFont
    from shop.engraving.placement import PlacedLine

UNIT_MM: Final = 0.001
"""A micrometre: proofs and files go by no less."""
_LONGEST: Final = 0.4
"""The longest step of an outline that is bent in one, in capitals' heights: so short, no letter of the faces
strays by more than it is rounded by (tests/engraving/test_bending.py)."""
_KEPT: Final = 1024
_NOWHERE: Final = (0.0, 0.0)


def bent(line: "PlacedLine", font: "OpenFont") -> list[str]:
    """Each letter's path data (SVG) about the area's middle, y upwards, in UNIT_MM; of a bent line.

    What leaves the end of a curve leaves it in the direction that the bent strip has there.
    """
    import numpy as np  # noqa: PLC0415 - only where words are laid out

    assert line.pitch is not None
    glyphs = [glyph for cluster in line.shaped.inked for glyph in cluster.inked]
    curves = [_curves(font, glyph.number) for glyph in glyphs]
    _, *begins = zip(*glyphs, strict=True)
    ends = np.concatenate([each.ends for each in curves], axis=2)
    x, y = ends + np.repeat(begins, [each.ends.shape[2] for each in curves], axis=1)[:, None]
    turn, radius = line.turn + (line.x + line.cap_mm * x) / line.pitch, line.y + line.cap_mm * y
    there = turn[1]
    along, sine, cosine = radius[1] * (turn - there), np.sin(there), np.cos(there)
    placed = np.empty(turn.T.shape, complex)
    placed.real, placed.imag = (radius * sine + along * cosine).T, (radius * cosine - along * sine).T
    drawn = placed.ravel()[np.concatenate([each.drawn for each in curves])].view(float)
    return written(np.rint(drawn / UNIT_MM).astype(np.int32), [each.after for each in curves])


class _Curves(NamedTuple):
    """A glyph as cubic curves, in capitals' heights.

    `ends` has x and y of three points for each end of a curve: the handle before it, the end itself and the
    handle after it. Not all are `drawn`: where a contour begins there is none before, where it ends none
    after. `after`: see path_data.py.
    """

    ends: Any
    drawn: Any
    after: Any


@lru_cache(maxsize=_KEPT)
def _curves(font: "OpenFont", number: int) -> _Curves:
    import numpy as np  # noqa: PLC0415

    points: list[Point] = []
    drawn: list[bool] = []
    after = ""
    for contour in glyph_contours(font.paths[number]):
        steps = list(_steps(contour, _LONGEST * font.cap_height))
        points += (_NOWHERE, contour.start, *chain.from_iterable(steps), _NOWHERE)
        drawn += (False, *[True] * (3 * len(steps) + 1), False)
        after += " " + "C     " * len(steps) + ("Z" if contour.closed else "M")
    ends = np.ascontiguousarray(np.array(points).reshape(-1, 3, 2).T) / font.cap_height
    return _Curves(ends, np.array(drawn), following(after))


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
