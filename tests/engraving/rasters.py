"""The ink of a drawing or of a file as a raster, painted by programs that wrote neither."""

import io
import math
import re
import subprocess

import numpy as np
from PIL import Image

PX_PER_MM = 100
REACH_PX = 2
AREA_MM2 = 0.02
DPI = f"{PX_PER_MM * 25.4}"

WORDS_ALONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="{x} {y} {w} {h}">'
    '<style>.edge {{ display: none }}</style><g transform="rotate({turn})">{body}</g></svg>'
)
EDGE_MM = 0.1
"""A proof leaves so much round the metal."""


def of_svg(drawing: bytes) -> np.ndarray:
    """How much of each pixel is ink, 0 to 1, by librsvg."""
    command = ["rsvg-convert", "--unlimited", "-d", DPI, "-p", DPI]
    png = subprocess.run(command, input=drawing, capture_output=True, check=True, timeout=120).stdout
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A"), np.float32) / 255


def of_pdf(page: bytes) -> np.ndarray:
    """The same of a page, by Poppler with Cairo: Poppler's own smoothing inks every pixel that is touched."""
    command = ["pdftocairo", "-png", "-transp", "-r", DPI, "-singlefile", "-", "-"]
    png = subprocess.run(command, input=page, capture_output=True, check=True, timeout=120).stdout
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A"), np.float32) / 255


def of_proof(drawing: str, *, turn: float = 0) -> np.ndarray:
    """The words of a proof alone, on the metal's own size, turned by so many degrees.

    Upright, edges that run along rows of pixels are all rounded the same way, and their area is told wrongly.
    """
    head, _, body = drawing.partition(">")
    wide, high = map(float, re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', head).groups())
    wide, high = wide - 2 * EDGE_MM, high - 2 * EDGE_MM
    along, across = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    w, h = round(wide * along + high * across, 3), round(wide * across + high * along, 3)
    body = body.removesuffix("</svg>")
    return of_svg(WORDS_ALONE.format(w=w, h=h, x=-w / 2, y=-h / 2, turn=turn, body=body).encode())


def area_mm2(ink: np.ndarray) -> float:
    return float(ink.sum(dtype=float)) / PX_PER_MM**2


def pixels_apart(one: np.ndarray, other: np.ndarray, most: int = 40) -> int:
    """The least number of pixels by which each raster must grow to hold the other, both taken at half ink.

    Growing by one pixel adds the four neighbours of every pixel.
    """
    size = np.maximum(one.shape, other.shape)  # a page ends in the middle of a pixel: some keep that pixel
    a, b = (
        np.pad(each, [(0, size[0] - each.shape[0]), (0, size[1] - each.shape[1])]) >= 0.5
        for each in (one, other)
    )
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
