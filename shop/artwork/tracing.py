"""From a photograph to the outlines of its ink, in mm about their middle, y downwards.

What is bare stays bare and what is inked stays inked: nothing is drawn anew, joined or invented. All is
done at the scale that the metal needs and never finer than the photograph is.
"""

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from PIL import Image

from shop.artwork.flattening import Box, Flattening, flattening
from shop.artwork.ink_and_paper import Paper, Plane, paper_of
from shop.artwork.outlining import HALF, Blot, blots, edge_px, smoothed
from shop.artwork.paper_edges import fitted
from shop.artwork.refusals import NotTraced
from shop.artwork.request import KINDS, Request
from shop.artwork.ruled_lines import FormLine, form_lines, taken_out
from shop.frozen import frozen

PX_PER_MM: Final = 100
"""On the finished piece."""
TOLERANCE_MM: Final = 0.004
"""How far an outline may stray for the sake of fewer corners."""
MOST_PX: Final = 3_000_000
_FIRST_PX: Final = 900
"""The sheet's width when the ink is looked for."""
_INSET: Final = 0.02
"""Along its edge a sheet is not looked at: corners set by a thumb take in some of the table."""
_ROUND: Final = 0.04
"""Bare sheet left round the ink, as a share of its size."""
_SURE: Final = 0.75
"""Ink has so much density somewhere; a stain or a pale motif has less."""
_ALL: Final = (0.0, 0.0, 1.0, 1.0)
_SOFTEST_MM: Final = 0.18
"""On the finished piece; measured on made-up sheets: where edges are softer, over 3% stray by 0.1 mm."""
_SHARP_PX: Final = 5
"""Over so many pixels of a sharp photograph an edge runs at most; if they are too few, it is too small."""

BLURRED: Final = (
    "The photograph is too blurred for this width. Please take it again: hold the telephone still, in good "
    "light, and touch the ink on its screen so that it is sharp."
)
TOO_FAR: Final = (
    "The ink is too small on the photograph for this width. Please come nearer with the telephone, until the "
    "ink nearly fills the picture."
)
OVER_EDGE: Final = (
    "The ink runs over the edge of what is looked at. Please set the corners further out, so that there is "
    "bare paper all round it."
)
NO_INK_LEFT: Final = (
    "No ink was found that is large enough to cut. Please come nearer with the telephone, or crop to the ink."
)


@frozen
class Outlines:
    """What was traced. `region` is in mm about its middle, y downwards; `box` is where it is on the sheet."""

    region: shapely.Geometry
    box: Box
    aspect: float
    px_per_mm: float
    """How fine the photograph is on the finished piece."""
    edge_mm: float
    """Over how much of the finished piece ink becomes paper."""

    def written(self) -> dict[str, Any]:
        """As JSON has it: rings of corners in tenths of a micrometre, each piece of ink with its holes."""
        parts = [
            [_tenths(ring) for ring in (part.exterior, *part.interiors)]
            for part in shapely.get_parts(self.region)
        ]
        return {"parts": parts, "box": self.box, "aspect": self.aspect, "px_per_mm": self.px_per_mm}


def traced(photograph: Image.Image, request: Request) -> Outlines:
    """The outlines of a photograph that `read_photograph` gave. Raises NotTraced."""
    flat, request = fitted(flattening(photograph, request), request)
    sheet = _looked_over(flat, request)
    density = _ink(flat, sheet, sheet.near, _width_px(flat, sheet.near, request))
    found = _kept(blots(density), request, density)
    outlines = _measured(found, sheet.near, flat, density, request)
    if outlines.edge_mm > _SOFTEST_MM:
        raise NotTraced(BLURRED if outlines.edge_mm * outlines.px_per_mm > _SHARP_PX else TOO_FAR)
    return outlines


def _inset(crop: Box) -> Box:
    left, top, right, bottom = crop
    return max(left, _INSET), max(top, _INSET), min(right, 1 - _INSET), min(bottom, 1 - _INSET)


@frozen
class _Sheet:
    """What the first look tells: the part looked at, its paper, a form's lines, and where the ink is."""

    box: Box
    paper: Paper
    lines: list[FormLine]
    near: Box


def _looked_over(flat: Flattening, request: Request) -> _Sheet:
    """The sheet at a glance. Raises NotTraced."""
    box = _inset(request.crop)
    seen = flat.seen(box, min(_FIRST_PX, flat.finest_px(box)))
    paper = paper_of(seen, KINDS[request.kind].reach)
    density = paper.ink(seen, _ALL)
    sheet = _Sheet(box, paper, _form_lines(density, box) if request.form_lines else [], box)
    density = _soft(density)
    found = _kept(blots(density), request, density)
    high, wide = density.shape
    _refuse_over_edge(found, wide, high)
    return replace(sheet, near=_round(found, box, wide, high))


def _form_lines(density: Plane, box: Box) -> list[FormLine]:
    """Take out the lines of a form; a second look finds those that lie close beside a darker one."""
    lines = list[FormLine]()
    for _ in range(2):
        found = form_lines(density)
        taken_out(density, _ALL, found)
        lines += [line.on_sheet(box) for line in found]
    return lines


def _ink(flat: Flattening, sheet: _Sheet, box: Box, width_px: int) -> Plane:
    """The density of ink on one part of the sheet, a form's lines taken out."""
    wide, high = sheet.box[2] - sheet.box[0], sheet.box[3] - sheet.box[1]
    part = (
        (box[0] - sheet.box[0]) / wide,
        (box[1] - sheet.box[1]) / high,
        (box[2] - sheet.box[0]) / wide,
        (box[3] - sheet.box[1]) / high,
    )
    density = sheet.paper.ink(flat.seen(box, width_px), part)
    taken_out(density, box, sheet.lines)
    return _soft(density)


def _round(found: list[Blot], box: Box, wide: int, high: int) -> Box:
    """Where this ink is on the sheet, with some bare sheet round it."""
    left, top, right, bottom = (
        float(value) for value in shapely.total_bounds([blot.region for blot in found])
    )
    spare = _ROUND * max(right - left, bottom - top) + 4
    across, down = (box[2] - box[0]) / wide, (box[3] - box[1]) / high
    return (
        box[0] + across * max(0.0, left - spare),
        box[1] + down * max(0.0, top - spare),
        box[0] + across * min(wide, right + spare),
        box[1] + down * min(high, bottom + spare),
    )


def _refuse_over_edge(found: list[Blot], wide: int, high: int) -> None:
    inner = shapely.box(1, 1, wide - 1, high - 1)
    over = sum(blot.region.area for blot in found if not inner.covers(blot.region))
    if over > 0.02 * sum(blot.region.area for blot in found):
        raise NotTraced(OVER_EDGE)


def _width_px(flat: Flattening, box: Box, request: Request) -> int:
    """As many pixels as the metal needs, or as the photograph has, or as there is room for."""
    aspect = (box[3] - box[1]) / (box[2] - box[0]) * flat.aspect
    return max(
        64,
        min(
            round(request.width_mm * PX_PER_MM * (1 + 2 * _ROUND)),
            round(flat.finest_px(box) * 1.25),
            round(math.sqrt(MOST_PX / aspect)),
        ),
    )


def _inked_width(density: Plane) -> float:
    (columns,) = np.nonzero((density > HALF).any(axis=0))
    if not len(columns):
        raise NotTraced(NO_INK_LEFT)
    return float(columns[-1] - columns[0] + 1)


def _kept(found: list[Blot], request: Request, density: Plane) -> list[Blot]:
    """What is ink, and neither a speck nor something paler. Raises NotTraced."""
    kind = KINDS[request.kind]
    most_px2 = (_inked_width(density) / request.width_mm) ** 2
    kept = []
    for blot in found:
        if blot.density < _SURE:
            continue
        if request.specks and blot.region.area < kind.speck_mm2 * most_px2:
            continue
        holes = [
            hole for hole in blot.region.interiors if shapely.Polygon(hole).area > kind.hole_mm2 * most_px2
        ]
        kept.append(replace(blot, region=shapely.Polygon(blot.region.exterior, holes)))
    if not kept:
        raise NotTraced(NO_INK_LEFT)
    return kept


def _measured(found: list[Blot], box: Box, flat: Flattening, density: Plane, request: Request) -> Outlines:
    """In mm about the middle, as wide as was asked for."""
    left, _, right, _ = shapely.total_bounds([blot.region for blot in found])
    tolerance_px = TOLERANCE_MM * (right - left) / request.width_mm
    smooth = shapely.union_all([smoothed(blot.region, 1.5, tolerance_px) for blot in found])
    left, top, right, bottom = shapely.bounds(smooth)
    mm, middle = request.width_mm / (right - left), np.array([(left + right) / 2, (top + bottom) / 2])
    region = shapely.transform(smooth, lambda points: (points - middle) * mm)
    px_per_mm = min(1.0, flat.finest_px(box) / density.shape[1]) / mm
    return Outlines(region, box, flat.aspect, px_per_mm, edge_px(density, found) * mm)


def _soft(density: Plane) -> Plane:
    """Through a blur of one pixel, which evens out noise and not an edge's place."""
    weights = np.array([0.06, 0.24, 0.40, 0.24, 0.06], np.float32)
    for axis in (0, 1):
        padded = np.pad(density, [(2, 2) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
        length = density.shape[axis]
        steps = (padded[at : at + length] if axis == 0 else padded[:, at : at + length] for at in range(5))
        density = sum(
            (weight * step for weight, step in zip(weights, steps, strict=True)), np.zeros_like(density)
        )
    return density


def _tenths(ring: shapely.LinearRing) -> list[list[int]]:
    found: list[list[int]] = np.rint(shapely.get_coordinates(ring)[:-1] * 10_000).astype(int).tolist()
    return found
