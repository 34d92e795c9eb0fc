"""Corners that a thumb set, drawn to where the paper really ends: a straight line fitted along each side.

A thumb is a hundredth of the sheet off, which on the metal is more than all else together. So the boundary
of paper and ground is looked for beside each side as it was set, and no farther: who crops within the paper
means it. A side is left as it was set where no straight edge is seen nearly all along it; and all four are
where a printed frame lies nearer to them than the paper's edge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shop.artwork.flattening import Box, Flattening, homography, paper_like, proportions, through
from shop.artwork.request import WHOLE, Corner, Request
from shop.frozen import frozen

Profiles = NDArray[np.float64]
"""The light across one side, from outside the sheet inwards: row, block along the side, red green blue."""
Places = NDArray[np.float64]
Blocks = NDArray[np.intp]
"""Which pieces of a side, of so many in all, are seen."""

REACH: Final = 0.025
"""How far from what was set an edge may lie, as a share of the sheet's width or height."""
_SEEN_ROUND: Final = 0.03
_ALONG: Final = (0.04, 0.96)
"""Nearer to a corner the other side's edge is seen as well."""
_ROWS: Final = 144
_BLOCKS: Final = 48
_STEP_ROWS: Final = 12
"""A printed line is narrower: paper and ground go on on both sides of an edge."""
_LINE_ROWS: Final = 5
_STEEP_ROWS: Final = 10
_NEARLY_ALL: Final = 0.3
"""Share of a side on which its edge may be hidden or too pale to be seen."""
_SEEN: Final = 0.06
"""How far paper and ground differ at least: of full light."""
_AS_STRONG: Final = 0.8
_SURE: Final = 0.5
"""Share of a side's length that lies on the line that is fitted, at least."""
_STRAIGHT_ROWS: Final = 1.0
_FRAMED: Final = 3
_BESIDE: Final = 0.002
_LIGHT: Final = (np.arange(256) / 255) ** 2.2
"""Of each step that a screen knows."""


@frozen
class _Side:
    """An edge's distance inwards from a side as it was set, at both its ends, as shares of the sheet."""

    begins: float
    ends: float

    @property
    def away(self) -> float:
        return max(abs(self.begins), abs(self.ends))


_AS_SET: Final = _Side(0.0, 0.0)


def fitted(flat: Flattening, request: Request) -> tuple[Flattening, Request]:
    """The sheet as its paper's edges have it, where they are seen, and the same crop of it."""
    if not request.to_edges or request.corners == WHOLE:
        return flat, request
    looks = [_looked_along(flat, side) for side in range(4)]
    frames = sum(frame is not None and (edge is None or frame < edge.away - _BESIDE) for edge, frame in looks)
    sides = [edge if edge is not None and frames < _FRAMED else _AS_SET for edge, _ in looks]
    at = homography([_crossing(sides, corner) for corner in range(4)])
    left, top, right, bottom = request.crop
    cropped = through(np.linalg.inv(at), [(left, top), (right, top), (right, bottom), (left, bottom)])
    across, down = ([min(1.0, max(0.0, place[axis])) for place in cropped] for axis in (0, 1))
    crop = (min(across), min(down), max(across), max(down))
    seen = flat.to_photograph @ at
    aspect = flat.aspect if request.sheet_mm else proportions(seen, flat.photograph)
    if not request.sheet_mm and _AS_SET not in sides:
        aspect = paper_like(aspect)
    return Flattening(flat.photograph, seen, aspect), replace(request, crop=crop)


def _looked_along(flat: Flattening, side: int) -> tuple[_Side | None, float | None]:
    """The paper's edge along one side, from the top clockwise, and how far off a printed line lies there."""
    profiles, blocks = _profiles(flat, side)
    if len(blocks) < (1 - _NEARLY_ALL) * _BLOCKS:
        return None, None
    lines = _lines(profiles, blocks)
    return _edge(profiles, blocks, lines), min((abs(_inwards(row)) for row in lines), default=None)


def _profiles(flat: Flattening, side: int) -> tuple[Profiles, Blocks]:
    """What is seen across a side, in those blocks of it that are on the photograph."""
    near, far = _ALONG
    low, high = ((-_SEEN_ROUND, _SEEN_ROUND), (1 - _SEEN_ROUND, 1 + _SEEN_ROUND))[side in {1, 2}]
    upright = side % 2 == 1
    box: Box = (low, near, high, far) if upright else (near, low, far, high)
    across = flat.seen(
        box, _ROWS if upright else round(_ROWS * (far - near) / (2 * _SEEN_ROUND * flat.aspect))
    )
    light = _LIGHT[np.asarray(across)]
    light = light.transpose(1, 0, 2) if upright else light
    edges = np.linspace(0, light.shape[1], _BLOCKS + 1).astype(int)
    found = np.stack([light[:, a:b].mean(axis=1) for a, b in pairwise(edges.tolist())], axis=1)
    along = near + (np.arange(_BLOCKS) + 0.5) / _BLOCKS * (far - near)
    ends = [(across, at) if upright else (at, across) for across in (low, high) for at in along.tolist()]
    seen = np.array(through(flat.to_photograph, ends)) / (flat.photograph.width, flat.photograph.height)
    blocks = np.flatnonzero(((seen >= 0) & (seen <= 1)).all(axis=1).reshape(2, -1).all(axis=0))
    return (found[::-1] if side in {1, 2} else found)[:, blocks], blocks


def _edge(seen: Profiles, blocks: Blocks, lines: Mapping[int, float]) -> _Side | None:
    """The straight boundary of two colours that is nearly all along: the nearest of the strong ones."""
    inside, outside = _beside(seen, 0, _STEP_ROWS)
    steps = (inside - outside)[..., seen.mean(axis=1).std(axis=0).argmax()]  # the colour that tells most
    signed = np.stack([steps, -steps])
    strength, falls = _nearly_all_along(signed, blocks)
    peaks = {
        row: strong
        for row, strong in _peaks(strength)
        if not any(abs(row - at) < _STEP_ROWS and line > strong / 2 for at, line in lines.items())
    }
    if not peaks:
        return None
    strong = [row for row in peaks if peaks[row] >= _AS_STRONG * max(peaks.values())]
    row = min(strong, key=lambda row: abs(_inwards(row)))
    return _fitted(seen, blocks, row + falls[row] * _turned(blocks))


def _lines(seen: Profiles, blocks: Blocks) -> dict[int, float]:
    """Printed lines, darker than what lies on both their sides: where, and by how much."""
    grey = seen.mean(axis=2, keepdims=True)
    inside, outside = _beside(grey, _LINE_ROWS + 2, _LINE_ROWS)
    darker = np.minimum(inside, outside) - (grey + np.roll(grey, 1, axis=0)) / 2
    return dict(_peaks(_nearly_all_along(darker.transpose(2, 0, 1), blocks)[0]))


def _beside(seen: Profiles, aside: int, rows: int) -> tuple[Profiles, Profiles]:
    """The mean of a few rows beside each place between two rows, inwards and outwards."""
    sums = np.concatenate([np.zeros_like(seen[:1]), np.cumsum(seen, axis=0)])
    at = np.arange(len(seen))
    edges = [np.clip(at + by, 0, len(seen)) for by in (-aside - rows, -aside, aside, aside + rows)]
    far, near, begins, ends = (sums[each] for each in edges)
    return (ends - begins) / rows, (near - far) / rows


def _nearly_all_along(planes: Profiles, blocks: Blocks) -> tuple[Places, Places]:
    """For each row what nearly all blocks of a line reach that crosses there, and how it falls: the best."""
    high = planes.shape[1]
    falls = np.arange(-high // 2, high // 2 + 1, 2)
    moved = np.rint(falls[:, None] * _turned(blocks)).astype(int)
    rows = np.clip(np.arange(high)[:, None] + moved[:, None], 0, high - 1)
    few = int(_NEARLY_ALL * len(blocks))
    faint = np.partition(planes[:, rows, np.arange(len(blocks))], few, axis=3)[..., few].max(axis=0)
    return faint.max(axis=0), falls[faint.argmax(axis=0)]


def _turned(blocks: Blocks) -> Places:
    """From -1 at a side's beginning to 1 at its end."""
    return (blocks + 0.5) / _BLOCKS * 2 - 1


def _peaks(strength: Places) -> Iterator[tuple[int, float]]:
    for row in range(_STEP_ROWS, len(strength) - _STEP_ROWS):
        around = strength[row - _STEP_ROWS : row + _STEP_ROWS + 1]
        if strength[row] > _SEEN and strength[row] == around.max():
            yield row, float(strength[row])


def _fitted(seen: Profiles, blocks: Blocks, rows: Places) -> _Side | None:
    """A line through where each block is half paper and half ground, those astray left out."""
    halves = np.array([_half(seen[:, at], row) for at, row in enumerate(np.rint(rows).astype(int))])
    turned = _turned(blocks)
    kept: NDArray[np.bool_] = np.isfinite(halves)
    line = np.zeros(2)
    for spare in (4.0, 2.0, 1.0):
        if kept.sum() < _SURE * _BLOCKS:
            return None
        line = np.polyfit(turned[kept], halves[kept], 1)
        kept = np.abs(halves - np.polyval(line, turned)) < spare * _STRAIGHT_ROWS
    if kept.sum() < _SURE * _BLOCKS:
        return None
    middle, fall = float(line[1]), float(line[0]) / (_ALONG[1] - _ALONG[0])
    side = _Side(_inwards(middle - fall), _inwards(middle + fall))
    return side if side.away <= REACH else None


def _half(profile: Profiles, row: int) -> float:
    """The place between rows where the light is halfway from ground to paper; not a number where none is."""
    low, high = max(0, row - _STEEP_ROWS), min(len(profile), row + _STEEP_ROWS)
    around = profile[low:high]
    ground, paper = around[:_LINE_ROWS].mean(axis=0), around[-_LINE_ROWS:].mean(axis=0)
    way = paper - ground
    if way @ way < _SEEN**2:
        return float("nan")
    shares = (around - ground) @ way / (way @ way)
    crossed = np.flatnonzero((shares[:-1] < 1 / 2) & (shares[1:] >= 1 / 2))
    if not len(crossed):
        return float("nan")
    at = crossed[np.argmin(np.abs(crossed + low + 1 - row))]
    return float(low + at + 0.5 + (1 / 2 - shares[at]) / (shares[at + 1] - shares[at]))


def _inwards(row: float) -> float:
    return _SEEN_ROUND * (2 * row / _ROWS - 1)


def _crossing(sides: Sequence[_Side], corner: int) -> Corner:
    """Where two neighbouring sides meet, the top left corner first."""
    top, right, bottom, left = sides
    level, upright = ((top, left), (top, right), (bottom, right), (bottom, left))[corner]
    below, beyond = corner > 1, corner in {1, 2}
    x, y = float(beyond), float(below)
    for _ in range(4):
        down = level.begins + (level.ends - level.begins) * x
        aside = upright.begins + (upright.ends - upright.begins) * y
        x, y = (1 - aside if beyond else aside), (1 - down if below else down)
    return x, y
