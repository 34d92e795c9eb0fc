"""The approved words laid on what is cut: which way up the piece lies, and how the jig held it."""

import math
from typing import Final

import numpy as np
from PIL import Image
from shapely.geometry.base import BaseGeometry

from shop.frozen import frozen
from shop.inspection.rectified import Grid
from shop.inspection.sampling import Matrix, Plane, blurred, sampled, through

_TURN_STEP: Final = 4
"""In degrees, for a round piece."""
_OFF_MM: Final = 0.7
"""How far from its place all of the engraving may lie to be sought."""
_ROUNDS: Final = ((0.16, 6), (0.09, 6), (0.05, 6))
"""How soft the pictures are made, in mm, and how often they are drawn together."""
_PRIOR: Final = np.array([0.35, 0.35, 0.012, 0.02, 0.02, 0.012, 0.0012, 0.0012])
"""How far off is usual: shift in mm, then size and slant, then perspective (to the mm)."""


@frozen
class Turned:
    """The best way up: the map from the side to what is cut, and how alike they are, 1 for the same."""

    at: Matrix
    alike: float


def way_up(cut: Plane, grid: Grid, regions: list[BaseGeometry], shape: str) -> Turned:
    """Of all ways to lie on that edge the one in which the approved words are most like what is cut."""
    wanted = blurred(grid.filled(regions), 0.1 * grid.px_mm)
    turns = range(0, 360, _TURN_STEP) if shape == "disc" else (0, 180) if shape == "bar" else (-2, 0, 2)
    size = [1 << math.ceil(math.log2(length + 2 * _OFF_MM * grid.px_mm)) for length in wanted.shape]
    spectrum = np.conj(np.fft.rfft2(wanted, size))
    page = Image.fromarray((np.clip(blurred(cut, 0.1 * grid.px_mm), 0, 1) * 255).astype(np.uint8))
    reach = round(_OFF_MM * grid.px_mm)
    weight = float((wanted**2).sum()) or 1.0
    best = Turned(np.eye(3), -1.0)
    for turn in turns:
        turned = np.asarray(page.rotate(turn, Image.Resampling.BILINEAR), np.float32) / 255
        both = np.fft.irfft2(np.fft.rfft2(turned, size) * spectrum, size)
        near = np.roll(both, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
        down, across = np.unravel_index(near.argmax(), near.shape)
        alike = float(near.max()) / math.sqrt(weight * max(float((turned**2).sum()), 0.05 * weight))
        if alike > best.alike:
            shift = (float(across) - reach) / grid.px_mm, (float(down) - reach) / grid.px_mm
            best = Turned(_turning(turn, *shift), alike)
    return best


def _turning(turn: int, across: float, down: float) -> Matrix:
    """From the side to the flat picture that Pillow would turn anticlockwise by so many degrees."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    back = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    found: Matrix = back @ np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])
    return found


def drawn_together(cut: Plane, grid: Grid, regions: list[BaseGeometry], start: Matrix) -> Matrix:
    """The map from the side to what is cut, drawn to where most letters fit; those that do not are let go."""
    wanted = grid.filled(regions)
    at = start
    for sigma, rounds in _ROUNDS:
        sharp = blurred(wanted, sigma * grid.px_mm)
        seen = blurred(np.clip(cut, 0, 1.2), sigma * grid.px_mm)
        rows, columns = np.nonzero(blurred(wanted, 2.5 * sigma * grid.px_mm) > 0.02)  # noqa: PLR2004
        slope_x, slope_y = (np.gradient(sharp, 1 / grid.px_mm, axis=axis) for axis in (1, 0))
        places = np.column_stack([columns + 0.5, rows + 0.5]) / grid.px_mm + grid.box[:2]
        ink = sharp[rows, columns].astype(float)
        columns_of = _columns(places, slope_x[rows, columns], slope_y[rows, columns])
        for _ in range(rounds):
            there = sampled(seen[None], grid.px(through(at, places)))[0]
            free = len(places) / max(1.0, (sigma * grid.px_mm) ** 2)
            gone = _numbers(np.linalg.inv(start) @ at)
            at = at @ _step(ink, there, columns_of, free, gone)
    return at


def _columns(places: Matrix, slope_x: Plane, slope_y: Plane) -> Matrix:
    x, y = places.T
    along = slope_x * x + slope_y * y
    return np.column_stack(
        [slope_x, slope_y, slope_x * x, slope_x * y, slope_y * x, slope_y * y, -along * x, -along * y]
    )


def _step(ink: Matrix, there: Matrix, columns: Matrix, free: float, gone: Matrix) -> Matrix:
    """One step towards each other, no further from the start than a jig and a lens explain."""
    strength = float((ink * there).sum() / (ink**2).sum()) or 1.0
    off = ink - there / max(strength, 0.05)
    weights = 1 / (1 + (off / 0.3) ** 2)
    share = free / len(off) / 0.15**2
    left = columns.T @ (weights[:, None] * columns) * share + np.diag(1 / _PRIOR**2)
    right = columns.T @ (weights * off) * share - gone / _PRIOR**2
    return _map(np.linalg.solve(left, right))


def _numbers(at: Matrix) -> Matrix:
    at = at / at[2, 2]
    return np.array([at[0, 2], at[1, 2], at[0, 0] - 1, at[0, 1], at[1, 0], at[1, 1] - 1, at[2, 0], at[2, 1]])


def _map(by: Matrix) -> Matrix:
    tx, ty, a, b, c, d, g, h = by
    return np.array([[1 + a, b, tx], [c, 1 + d, ty], [g, h, 1.0]])
