"""How a cut looks: deeper where the stroke is wide, lit by the metal under it, and sharp at any zoom."""

import io

import numpy as np
import pytest
import resvg_py
from PIL import Image

from shop.engraving import Area, Placement
from shop.engraving.words_on_metal import LaidSide, cut, over_picture

DISC = Area("front", "Front", "disc", 8, 8, 1)
HERE = Placement("front", (40.0, 0.0, 0.0, 40.0, 160.0, 160.0))
"""As the pictures of the pieces have it: 40 px to the mm."""

STEM, HAIRLINE = -1.5, 1.5
"""Where a stroke of half a millimetre stands and one of a tenth, in mm from the middle."""
STROKES = '<path fill="currentColor" d="M-1.75-2h.5v4h-.5zM1.45-2h.1v4h-.1z"/>'


def painted(ground: str, zoom: int = 1) -> np.ndarray:
    """The strokes cut into a metal of one grey, a row for each row of pixels."""
    words = over_picture((320, 320), cut([LaidSide(DISC, HERE, STROKES)], metal="silver", name="here"))
    png = resvg_py.svg_to_bytes(svg_string=words, zoom=zoom, background=ground, skip_system_fonts=True)
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), int)


def across(picture: np.ndarray, x_mm: float, zoom: int = 1) -> np.ndarray:
    """The greys along a line across a stroke, half a mm to both sides, away from the grain of one row."""
    middle, reach = round((160 + 40 * x_mm) * zoom), 20 * zoom
    rows = picture[140 * zoom : 180 * zoom, middle - reach : middle + reach]
    return np.median(rows, axis=0)


def test_the_floor_follows_the_light_of_the_metal_under_it() -> None:
    bright, dim = (across(painted(grey), STEM)[20] for grey in ("#e8e8e8", "#909090"))
    assert bright > dim + 3


def test_a_wide_stroke_is_cut_deeper_than_a_hairline() -> None:
    picture = painted("#d0d0d0")
    assert across(picture, STEM).min() < across(picture, HAIRLINE).min() - 40


def test_a_hairline_has_narrower_and_fainter_walls_than_a_stem() -> None:
    picture = painted("#d0d0d0")

    def wall(x_mm: float, half_mm: float) -> float:
        """How much the wall towards the light differs from the one away from it."""
        line, inside = across(picture, x_mm), round(half_mm * 40) - 1
        return float(line[20 + inside] - line[20 - inside])

    assert wall(STEM, 0.25) > 2 * wall(HAIRLINE, 0.05) > 0


@pytest.mark.parametrize("zoom", [1, 3])
def test_an_edge_is_as_sharp_as_the_screen_at_any_zoom(zoom: int) -> None:
    line = across(painted("#ffffff", zoom), STEM, zoom)
    middle, half = 20 * zoom, 10 * zoom
    assert line[middle - half - 2] > 250  # towards the light nothing lies beside it
    assert line[middle - half + 1] < 60
