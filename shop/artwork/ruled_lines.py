"""Straight lines right across a sheet, ruled, printed or creased: found, and taken out of the ink.

A line counts that is dark nearly all the way from one edge of the sheet to the other, so no stroke of a pen
is taken for one. Where it runs over ink, the ink's edges are carried straight on from one side of it to the
other.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shop.artwork.flattening import Box
from shop.artwork.ink_and_paper import Plane
from shop.frozen import frozen

Places = NDArray[np.int64]

_SLOPE: Final = 0.03
"""How far a line may run off the level: corners set by a thumb, and a form laid askew in its frame."""
_BLOCKS: Final = 48
_NEARLY_ALL: Final = 0.25
"""Share of its length on which a line may be too pale to be seen."""
_SEEN: Final = 0.12
_BARE: Final = 0.35
_MOST_OF_IT: Final = 80
_STROKE: Final = 0.5
"""So much of the ink's density, left beside or over a line, is a stroke."""
_SPARE_PX: Final = 3
_BROADER: Final = 1.4
_WIDEST: Final = 0.02
"""Of the sheet; what is wider is no line."""


@frozen
class FormLine:
    """A line right across a sheet: where it begins and ends, and how wide it is, as shares of the sheet.

    One that is `upright` runs from top to bottom, and its places count from the left.
    """

    upright: bool
    begins: float
    ends: float
    wide: float

    def on_sheet(self, box: Box) -> "FormLine":
        """The same as shares of the sheet, found as shares of one part of it."""
        (low, high), (near, far) = ((box[1], box[3]), (box[0], box[2]))[:: -1 if self.upright else 1]
        fall = (self.ends - self.begins) / (far - near) * (high - low)
        begins = low + self.begins * (high - low) - fall * near
        return FormLine(self.upright, begins, begins + fall, self.wide * (high - low))


def form_lines(density: Plane) -> list[FormLine]:
    """All lines that run right across a whole sheet, or right down it."""
    return [*_across(density, upright=False), *_across(density.T, upright=True)]


def taken_out(density: Plane, box: Box, lines: list[FormLine]) -> None:
    """Take these lines of the sheet out of the ink of one part of it, in place."""
    for line in lines:
        plane = density.T if line.upright else density
        (low, high), (near, far) = ((box[1], box[3]), (box[0], box[2]))[:: -1 if line.upright else 1]
        rows = plane.shape[0] / (high - low)
        begins, ends = ((line.begins + (line.ends - line.begins) * at - low) * rows for at in (near, far))
        _take_out(plane, begins, ends, line.wide * rows)


def _across(density: Plane, *, upright: bool) -> Iterator[FormLine]:
    """Lines from the left to the right of a plane: its columns moved until each line is level."""
    high, wide = density.shape
    edges = np.linspace(0, wide, _BLOCKS + 1).astype(int)
    blocks = np.stack([density[:, a:b].mean(axis=1) for a, b in pairwise(edges.tolist())], axis=1)
    middles = (edges[:-1] + edges[1:]) / 2 - wide / 2
    most = int(_SLOPE * wide / 2)
    falls = np.arange(-most, most + 1)
    faint = np.stack([_faintest(blocks, np.rint(fall * middles / (wide / 2)).astype(int)) for fall in falls])
    best, where = faint.max(axis=0), faint.argmax(axis=0)
    reach = max(2, int(_WIDEST * high))
    for row in range(high):
        around = best[max(0, row - reach) : row + reach + 1]
        if best[row] > _SEEN and best[row] == around.max() and np.median(around) < best[row] / 2:
            fall = float(falls[where[row]])
            thick = int((around > best[row] / 2).sum())
            yield FormLine(upright, (row + 0.5 - fall) / high, (row + 0.5 + fall) / high, thick / high)


def _faintest(blocks: Plane, moved: Places) -> Plane:
    """For each row the density that nearly all of its blocks reach, each moved up by so much."""
    rows = np.clip(np.arange(len(blocks))[:, None] + moved, 0, len(blocks) - 1)
    level = np.take_along_axis(blocks, rows, axis=0)
    few = int(_NEARLY_ALL * level.shape[1])
    found: Plane = np.partition(level, few, axis=1)[:, few]
    return found


def _take_out(plane: Plane, begins: float, ends: float, wide: float) -> None:
    half = int(np.ceil(_BROADER * wide / 2)) + _SPARE_PX
    columns = np.arange(plane.shape[1])
    middles = begins + (ends - begins) * (columns + 0.5) / len(columns) - 0.5
    inside = (middles >= 2 * half + 1) & (middles + 2 * half + 2 < plane.shape[0])
    _clear(plane, columns[~inside], np.rint(middles[~inside]).astype(int), half)
    if inside.sum() < 2:  # noqa: PLR2004
        return
    columns, middles = columns[inside], middles[inside]
    middles = np.rint(middles + _astray(_strip(plane, columns, np.rint(middles).astype(int), half))).astype(
        int
    )
    strip = _strip(plane, columns, middles, half)
    bare = _bare(strip)
    if bare.sum() < len(columns) // 20:
        return
    # As dark as most of it is, and a pixel wider: it lies between the rows that it is counted in.
    dark = np.percentile(strip[:, bare], _MOST_OF_IT, axis=1).astype(np.float32)
    line = np.maximum.reduce([dark, np.roll(dark, 1), np.roll(dark, -1)])[:, None]
    # Beside no ink, what is left is the line's own edge; but a thin stroke may lie wholly along the line.
    left = (strip - line).max(axis=0)
    inked = ~bare | (left > _STROKE + max(0.0, float(np.percentile(left[bare], _MOST_OF_IT))))
    near = np.flatnonzero(np.convolve(inked, np.ones(len(strip)), "same") > 0)
    rows = middles + np.arange(-half, half + 1)[:, None]
    plane[rows, columns] = 0
    plane[rows[:, near], columns[near]] = np.maximum(
        strip[:, near] - line, np.minimum(strip[:, near], _carried_on(strip[0], strip[-1], near, len(strip)))
    )


def _clear(plane: Plane, columns: Places, middles: Places, half: int) -> None:
    """Along an edge of what is looked at there is bare sheet, so nothing but the line is lost."""
    rows = middles + np.arange(-half, half + 1)[:, None]
    within = (rows >= 0) & (rows < len(plane))
    plane[rows[within], np.broadcast_to(columns, rows.shape)[within]] = 0


def _strip(plane: Plane, columns: Places, middles: Places, half: int) -> Plane:
    """So many rows above and below a line, in each column."""
    found: Plane = plane[middles + np.arange(-half, half + 1)[:, None], columns]
    return found


def _bare(strip: Plane) -> NDArray[np.bool_]:
    """In which columns a line runs over no ink."""
    found: NDArray[np.bool_] = (strip[0] < _BARE) & (strip[-1] < _BARE)
    return found


def _astray(strip: Plane) -> NDArray[np.float64]:
    """How many rows a line lies below where it was looked for, in each column: paper is never quite flat."""
    wide, half = strip.shape[1], len(strip) // 2
    ends = np.cumsum(wide // _BLOCKS + (np.arange(_BLOCKS) < wide % _BLOCKS))
    sizes = np.diff(ends, prepend=0)
    spread = np.arange(sizes.max())
    within = np.minimum((ends - sizes)[:, None] + spread, wide - 1)
    bare = _bare(strip)[within] & (spread < sizes[:, None])
    seen = bare.sum(axis=1)
    dark = _medians(np.where(bare, strip[:, within], np.inf), seen).T.copy()
    dark = np.maximum(dark - dark.max(axis=1, keepdims=True) / 2, 0)
    sums = dark.sum(axis=1)
    found = (seen * 3 >= sizes) & (seen > 0) & (sums > 0)
    if not found.any():
        return np.zeros(wide)
    places = (within * bare).sum(axis=1)[found] / seen[found]
    rows = np.arange(-half, half + 1)
    return np.interp(np.arange(wide), places, [float(one @ rows / one.sum()) for one in dark[found]])


def _medians(values: Plane, counts: Places) -> Plane:
    """Along the last axis, of so many in each block: what is endless does not count."""
    ordered = np.sort(values, axis=2)
    blocks = np.arange(values.shape[1])
    low, high = ordered[:, blocks, (counts - 1).clip(0) // 2], ordered[:, blocks, counts // 2]
    found: Plane = np.where(counts > 0, (low + high) / 2, 0).astype(np.float32)
    return found


def _carried_on(above: Plane, below: Plane, columns: Places, rows: int) -> Plane:
    """The ink between two rows in these columns, as it runs straight on, at most at 45 degrees."""
    aside = np.arange(-rows, rows + 1, 2)
    share = np.arange(rows)[:, None] / (rows - 1)
    one, other = np.rint(share * aside).astype(int), np.rint((1 - share) * aside).astype(int)
    above, below = np.pad(above, rows, mode="edge"), np.pad(below, rows, mode="edge")
    at = columns + rows
    return np.stack([
        np.minimum(above[at - here[:, None]], below[at + there[:, None]]).max(axis=0, initial=0)
        for here, there in zip(one, other, strict=True)
    ])  # fmt: skip
