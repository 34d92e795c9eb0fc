"""Where a sheet lies on a photograph, before anybody has said so: what differs from the ground all round it.

It is a proposal, drawn to the paper's edges when it is traced (paper_edges.py), and moved by whoever sees it.
In a shadow it is told by hue. Where the ground is not one ground, or what differs from it is no sheet with
four sides, there is none.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from shop.artwork.request import Corner

_PX: Final = 240
"""As large as the photograph is looked at."""
_RIM: Final = 0.03
"""How much of it along its edges is taken for ground."""
_CLOSES: Final = 9
"""Ink so many pixels wide does not part a sheet."""
_APART: Final = 5.0
"""How far paper is from the ground, in the ground's own spread."""
_LEAST: Final = 14.0
"""The same in steps of light of 255."""
_UNEVEN: Final = 40.0
"""Ground with a greater spread is none."""
_LEAST_HUE: Final = 0.04
_UNEVEN_HUE: Final = 0.04
"""The same of each colour's share in the light, which is alike in a shadow."""
_SHARES: Final = (0.12, 0.93)
"""Of the photograph, for a sheet that lies on it."""
_FOUR_SIDED: Final = 0.94
"""How much of it and its four-sided outline are the same, at least."""
_BEYOND: Final = 0.995

Mask = NDArray[np.bool_]
Colours = NDArray[np.float64]


def sheet_corners(photograph: Image.Image) -> tuple[Corner, ...] | None:
    """The sheet's corners as a Request has them, or None where no sheet is seen."""
    small = photograph.convert("RGB")
    small.thumbnail((_PX, _PX))
    paper = _middle_part(_not_ground(small))
    if paper is None or not _SHARES[0] < paper.mean() < _SHARES[1]:
        return None
    corners = _corners(paper)
    outline = Image.new("1", small.size)
    ImageDraw.Draw(outline).polygon(corners, fill=1)
    sheet = np.asarray(outline)
    if (paper & sheet).sum() < _FOUR_SIDED * (paper | sheet).sum():
        return None
    wide, high = small.size
    found = tuple((float(x + 0.5) / wide, float(y + 0.5) / high) for x, y in corners)
    return found if all(1 - _BEYOND < place < _BEYOND for corner in found for place in corner) else None


def _not_ground(small: Image.Image) -> Mask | None:
    """What differs in light or hue from what lies along the edges; None where that is not one ground."""
    seen = np.asarray(small.filter(ImageFilter.MedianFilter(5)), np.float64)
    rim = max(2, round(_RIM * _PX))
    edges = np.concatenate([
        part.reshape(-1, 3) for part in (seen[:rim], seen[-rim:], seen[:, :rim], seen[:, -rim:])
    ])  # fmt: skip
    hue, edge_hue = (part / (part.sum(axis=-1, keepdims=True) + 1) for part in (seen, edges))
    found = _apart(seen, edges, _LEAST, _UNEVEN), _apart(hue, edge_hue, _LEAST_HUE, _UNEVEN_HUE)
    told = [differs for differs in found if differs is not None]
    return np.any(told, axis=0) if told else None


def _apart(seen: Colours, edges: Colours, least: float, uneven: float) -> Mask | None:
    """What is farther from the edges' colour than they are from one another; None where they are not one."""
    ground = np.median(edges, axis=0)
    spread = float(np.percentile(np.abs(edges - ground).max(axis=1), 75))
    if spread > uneven:
        return None
    differs: Mask = np.abs(seen - ground).max(axis=2) > max(least, _APART * spread)
    return differs


def _middle_part(differs: Mask | None) -> Mask | None:
    """What reaches into the photograph's middle half, its holes filled."""
    if differs is None:
        return None
    closed = Image.fromarray(differs.astype(np.uint8) * 255)
    closed = closed.filter(ImageFilter.MaxFilter(_CLOSES)).filter(ImageFilter.MinFilter(_CLOSES))
    part = np.asarray(closed) > 0
    middle = np.zeros_like(part)
    high, wide = part.shape
    middle[high // 4 : -high // 4, wide // 4 : -wide // 4] = True  # at its very middle may be a dark print
    if not (part & middle).any():
        return None
    beside = np.pad(~_reached(part, middle), 1, constant_values=True)
    corner = np.zeros_like(beside)
    corner[0, 0] = True
    found: Mask = ~_reached(beside, corner)[1:-1, 1:-1]
    return found


def _reached(free: Mask, begins: Mask) -> Mask:
    """What of the free places hangs together with some of these, side by side: along rows, then columns."""
    found, before = free & begins, -1
    while (now := int(found.sum())) != before:
        found, before = _along_rows(free.T, _along_rows(free, found).T).T, now
    return found


def _along_rows(free: Mask, found: Mask) -> Mask:
    """Each run of free places in a row that has one of those found."""
    begins = free.copy()
    begins[:, 1:] &= ~free[:, :-1]
    runs = np.cumsum(begins).reshape(free.shape)
    hit = np.zeros(int(runs[-1, -1]) + 1, bool)
    hit[runs[found]] = True
    reached: Mask = free & hit[runs]
    return reached


def _corners(paper: Mask) -> list[tuple[int, int]]:
    """The points that lie farthest out towards each corner, from the top left one clockwise."""
    down, across = np.nonzero(paper)
    return [
        (int(across[at]), int(down[at]))
        for towards in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        for at in (int(np.argmax(across * towards[0] + down * towards[1])),)
    ]
