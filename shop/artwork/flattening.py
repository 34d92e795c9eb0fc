"""The sheet as it lies flat: put right by its corners, any part of it, at any scale."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shop.artwork.request import Corner, Request
from shop.frozen import frozen

Matrix = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom on the sheet, as shares of its width and height."""

_LENS: Final = 0.75
"""A telephone's usual lens: so many of the picture's longer edge away (26 mm on film of 35 mm)."""
_PAPERS: Final = (2**0.5, 11 / 8.5, 7 / 5, 3 / 2, 1.0)
"""A and B sizes, letter, cards of 7 by 5 inches, prints of 6 by 4, square ones: longer by shorter edge."""
_LIKE_A_PAPER: Final = 0.015


@frozen
class Flattening:
    """Where each place of the sheet is on the photograph. `aspect` is the sheet's height by its width."""

    photograph: Image.Image
    to_photograph: Matrix
    """From shares of the sheet to pixels."""
    aspect: float

    def seen(self, box: Box, width_px: int) -> Image.Image:
        """A part of the sheet, so wide, in red, green and blue."""
        left, top, right, bottom = box
        high_px = max(1, round(width_px * (bottom - top) / (right - left) * self.aspect))
        to_share = np.array(
            [[(right - left) / width_px, 0, left], [0, (bottom - top) / high_px, top], [0, 0, 1]]
        )
        at = self.to_photograph @ to_share
        source, at = self._nearer(at, (width_px, high_px))
        at /= at[2, 2]
        return source.transform(
            (width_px, high_px),
            Image.Transform.PERSPECTIVE,
            [float(value) for value in at.reshape(-1)[:8]],
            Image.Resampling.BICUBIC,
            fillcolor="white",
        )

    def finest_px(self, box: Box) -> int:
        """How wide a part of the sheet is on the photograph, in its pixels."""
        left, top, right, bottom = box
        places = through(self.to_photograph, [(left, top), (right, top), (right, bottom), (left, bottom)])
        across = max(math.dist(places[0], places[1]), math.dist(places[3], places[2]))
        down = max(math.dist(places[0], places[3]), math.dist(places[1], places[2]))
        return round(max(across, down * (right - left) / ((bottom - top) * self.aspect)))

    def _nearer(self, at: Matrix, size: tuple[int, int]) -> tuple[Image.Image, Matrix]:
        """The photograph made so small beforehand that no pixel of it is passed over."""
        wide, high = size
        edges = through(at, [(0, 0), (wide, 0), (wide, high), (0, high)])
        step = int(min(math.dist(edges[0], edges[1]) / wide, math.dist(edges[0], edges[3]) / high) + 0.35)
        across, down = zip(*edges, strict=True)
        box = (
            max(0, math.floor(min(across)) - 2 * step - 2),
            max(0, math.floor(min(down)) - 2 * step - 2),
            min(self.photograph.width, math.ceil(max(across)) + 2 * step + 2),
            min(self.photograph.height, math.ceil(max(down)) + 2 * step + 2),
        )
        if step < 2 or box[2] - box[0] < step or box[3] - box[1] < step:  # noqa: PLR2004
            return self.photograph, at
        smaller = np.array([[1 / step, 0, -box[0] / step], [0, 1 / step, -box[1] / step], [0, 0, 1]])
        return self.photograph.reduce(step, box), smaller @ at


def flattening(photograph: Image.Image, request: Request) -> Flattening:
    """How the sheet of this request lies on the photograph."""
    corners = [(x * photograph.width, y * photograph.height) for x, y in request.corners]
    known = request.sheet_mm
    at = homography(corners)
    aspect = known[1] / known[0] if known else proportions(at, photograph)
    return Flattening(photograph, at, aspect)


def through(at: NDArray[np.floating], places: list[Corner]) -> list[Corner]:
    """Where a map takes these places."""
    found = np.column_stack([np.array(places), np.ones(len(places))]) @ at.T
    return [(float(x), float(y)) for x, y in found[:, :2] / found[:, 2:]]


def homography(corners: list[Corner]) -> Matrix:
    """From the unit square to four corners."""
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip([(0, 0), (1, 0), (1, 1), (0, 1)], corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    found: Matrix = np.append(np.linalg.solve(np.array(rows), np.array(wanted)), 1.0).reshape(3, 3)
    return found


def proportions(at: Matrix, photograph: Image.Image) -> float:
    """A sheet's height by its width as the usual lens would see it so. One farther off changes it little."""
    away = _LENS * max(photograph.size)
    lens = np.array([[1, 0, -photograph.width / 2], [0, 1, -photograph.height / 2], [0, 0, away]]) / away
    across, down, _ = (lens @ at).T
    return float(np.linalg.norm(down) / np.linalg.norm(across))


def paper_like(aspect: float) -> float:
    """The proportions of the kind of paper that these are nearly; themselves where there is none."""
    longer = max(aspect, 1 / aspect)
    nearest = min(_PAPERS, key=lambda paper: abs(paper / longer - 1))
    if abs(nearest / longer - 1) > _LIKE_A_PAPER:
        return aspect
    return nearest if aspect > 1 else 1 / nearest
