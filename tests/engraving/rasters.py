"""The ink of a drawing or of a file as a raster, by programs that wrote neither."""

import io

import numpy as np
import resvg_py
from PIL import Image

PX_PER_MM = 100
REACH_PX = 2
AREA_MM2 = 0.02


def of_proof(drawing: str) -> np.ndarray:
    """How much of each pixel of a proof is ink, 0 to 1, by resvg; the metal's edge left out."""
    png = resvg_py.svg_to_bytes(
        svg_string=drawing,
        dpi=PX_PER_MM * 25.4,
        style_sheet=".edge { display: none }",
        skip_system_fonts=True,
    )
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A")) / 255


def area_mm2(ink: np.ndarray) -> float:
    return float(ink.sum()) / PX_PER_MM**2


def pixels_apart(one: np.ndarray, other: np.ndarray, most: int = 40) -> int:
    """The least number of pixels by which each raster must grow to hold the other, both taken at half ink.

    Growing by one pixel adds the four neighbours of every pixel.
    """
    a, b = one >= 0.5, other >= 0.5
    grown_a, grown_b = a, b
    for pixels in range(most):
        if not (a & ~grown_b).any() and not (b & ~grown_a).any():
            return pixels
        grown_a, grown_b = _grown(grown_a), _grown(grown_b)
    return most


def _grown(raster: np.ndarray) -> np.ndarray:
    grown = raster.copy()
    grown[1:] |= raster[:-1]
    grown[:-1] |= raster[1:]
    grown[:, 1:] |= raster[:, :-1]
    grown[:, :-1] |= raster[:, 1:]
    return grown
