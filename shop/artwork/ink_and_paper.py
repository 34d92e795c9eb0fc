"""How much ink there is at each place of a sheet: 0 is bare paper and 1 the ink as it mostly is.

The paper is looked for first, as it is lit: its brightness is followed from place to place and carried on
under the ink. What is darker is ink or a pattern of the paper; the colour in which ink differs most from
all that the paper does, its print and its ruled lines as well, tells them apart (Fisher's discriminant).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shop.artwork.refusals import NotTraced
from shop.frozen import frozen

Plane = NDArray[np.float32]
"""A number for each pixel."""
Part = tuple[float, float, float, float]

_ALL: Final = (0.0, 0.0, 1.0, 1.0)
_SMALL_PX: Final = 360
"""The longer edge of the copy in which the paper is looked for."""
_ROUNDS: Final = 3
_LEAST_WEIGHT: Final = 0.25
"""Share of paper in a neighbourhood from which its brightness is believed."""
_DARKEST: Final = 28.0
_LEAST_CONTRAST: Final = 0.05
_LEAST_SURE: Final = 3.0
_LEAST_INK: Final = 0.0004
_MOST_INK: Final = 0.62
_BINS: Final = 256

TOO_DARK: Final = (
    "The photograph is too dark to tell ink from paper. Please take it again by a window, with the lamp off."
)
NO_INK: Final = (
    "No ink was found on this part of the photograph. Please set the corners closer round the writing or "
    "print, or "
    "take it again in better light."
)
TOO_MUCH: Final = (
    "Most of this part of the photograph is dark. Please set the corners on the paper itself, with some bare "
    "paper "
    "round the ink."
)


@frozen
class Paper:
    """A sheet's bare paper as it is lit, and how ink is told from it. `noise` is what paper varies by."""

    brightness: Plane
    weights: Plane
    noise: float

    def ink(self, seen: Image.Image, part: Part) -> Plane:
        """The density of ink on a part of this sheet: left, top, right and bottom as shares of it."""
        density = np.zeros((seen.height, seen.width), np.float32)
        for channel, band in enumerate(seen.split()):
            lit = _enlarged(self.brightness[..., channel], seen.size, part)
            density += self.weights[channel] * (1 - np.asarray(band, np.float32) / lit)
        return density


def paper_of(sheet: Image.Image, reach: float) -> Paper:
    """The paper of a sheet whose widest ink is `reach` of its longer edge. Raises NotTraced."""
    small = sheet.copy()
    small.thumbnail((_SMALL_PX, _SMALL_PX), Image.Resampling.BOX)
    colours = np.asarray(small, np.float32)
    brightness, dark = _bare(colours, round(reach * max(small.size)))
    if float(np.median(brightness)) < _DARKEST:
        raise NotTraced(TOO_DARK)
    return Paper(brightness, *_telling_colour(1 - colours / brightness, dark))


def _bare(colours: Plane, reach: int) -> tuple[Plane, NDArray[np.bool_]]:
    """The bare paper's brightness everywhere, and where it is covered."""
    paper = _closed(colours, reach)
    dark = np.zeros(colours.shape[:2], bool)
    for _ in range(_ROUNDS):
        # The channel that is darkest beside the paper: blue ink is dark in red, red ink in green.
        away = np.maximum(1 - colours / paper, 0).max(axis=2)
        level = _level(away)
        dark = away > level
        share = float(dark.mean())
        if share > _MOST_INK:
            raise NotTraced(TOO_MUCH)
        paper = _carried_on(colours, ~_grown(away > level * 0.6, 2))
    return paper, dark


def _closed(colours: Plane, reach: int) -> Plane:
    """The brightest of each neighbourhood: so wide that ink covers none of them whole."""
    step = max(1, reach // 6)
    picture = Image.fromarray(colours.astype(np.uint8), "RGB")
    soft = picture.filter(ImageFilter.GaussianBlur(1.0))
    coarse = soft.resize(
        (max(2, picture.width // step), max(2, picture.height // step)), Image.Resampling.BOX
    )
    size = 2 * max(1, round(reach / step / 2)) + 1
    found = coarse.filter(ImageFilter.MaxFilter(size)).filter(ImageFilter.MinFilter(size))
    found = found.filter(ImageFilter.GaussianBlur(size / 4)).resize(picture.size, Image.Resampling.BICUBIC)
    return np.maximum(np.asarray(found, np.float32), 1)


def _carried_on(colours: Plane, bare: NDArray[np.bool_]) -> Plane:
    """The brightness of bare paper, from as near as there is any."""
    found: Plane | None = None
    for brightness, weight in reversed(
        list(_ever_coarser(colours * bare[..., None], bare.astype(np.float32)))
    ):
        here: Plane = (brightness / np.maximum(weight, 1e-3)[..., None]).astype(np.float32)
        if found is None:
            found = here
            continue
        farther = np.stack([_enlarged(found[..., at], weight.shape[::-1]) for at in range(3)], axis=2)
        trust = np.clip(weight / _LEAST_WEIGHT, 0, 1)[..., None]
        found = (here * trust + farther * (1 - trust)).astype(np.float32)
    assert found is not None
    smooth = Image.fromarray(np.clip(found, 1, 255).astype(np.uint8), "RGB").filter(
        ImageFilter.GaussianBlur(1.5)
    )
    return np.maximum(np.asarray(smooth, np.float32), 1)


def _ever_coarser(brightness: Plane, weight: Plane) -> Iterator[tuple[Plane, Plane]]:
    """The same, and means of four pixels at a time, until few are left."""
    while True:
        yield brightness, weight
        if min(weight.shape) < 4:  # noqa: PLR2004
            return
        brightness, weight = _quartered(brightness), _quartered(weight)


def _quartered(plane: Plane) -> Plane:
    spare = [(0, plane.shape[0] % 2), (0, plane.shape[1] % 2)] + [(0, 0)] * (plane.ndim - 2)
    even = np.pad(plane, spare, mode="edge")
    found: Plane = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / np.float32(4)
    return found


def _telling_colour(away: Plane, dark: NDArray[np.bool_]) -> tuple[Plane, float]:
    """What each channel counts, so that ink comes to 1 and the paper varies least. Raises NotTraced."""
    core = dark & ~_grown(~dark, 1)
    core = core if core.sum() >= 20 else dark  # noqa: PLR2004 - thin strokes have no core in the small copy
    bare = ~_grown(dark, 3)
    if dark.mean() < _LEAST_INK or bare.sum() < 100:  # noqa: PLR2004
        raise NotTraced(NO_INK)
    ink = np.median(away[core], axis=0)
    spread = np.cov(away[bare].T) + np.eye(3) * (0.25 * float(ink.max())) ** 2 * 0.02 + np.eye(3) * 1e-5
    weights = np.linalg.solve(spread, ink)
    weights /= weights @ ink
    noise = float((away[bare] @ weights).std())
    if ink.max() < _LEAST_CONTRAST or noise * _LEAST_SURE > 1:
        raise NotTraced(NO_INK)
    return weights.astype(np.float32), noise


def _level(away: Plane) -> float:
    """Otsu's threshold: where two groups differ most from one another."""
    counts, edges = np.histogram(away, bins=_BINS, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    above = below[-1] - below
    sound = (below > 0) & (above > 0)
    gap = np.zeros(_BINS)
    gap[sound] = (sums[sound] / below[sound] - (sums[-1] - sums[sound]) / above[sound]) ** 2
    return float(middles[int(np.argmax(gap * below * above))])


def _grown(mask: NDArray[np.bool_], px: int) -> NDArray[np.bool_]:
    picture = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(picture.filter(ImageFilter.MaxFilter(2 * px + 1))) > 0


def _enlarged(plane: Plane, size: tuple[int, int], part: Part = _ALL) -> Plane:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    left, top, right, bottom = part
    box = left * picture.width, top * picture.height, right * picture.width, bottom * picture.height
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR, box))
