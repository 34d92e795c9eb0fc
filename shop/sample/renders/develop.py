"""From light to a picture: metal laid over ground, a lens's faint glow, and the tone of a photograph."""

from pathlib import Path

import bpy
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

EXPOSURE = 1.34
GLOW = 0.035
"""How much of what is brighter than paper spills over, as in any lens."""
GLOW_WIDE = 0.012
"""How far, in parts of the picture's width."""
DARKEST = 0.002
"""Light that is next to none: what is darker has no colour of its own."""
TOE, SHOULDER, DESATURATE = 0.04, 0.8 - 0.04, 0.15
"""Of Khronos PBR Neutral, which keeps gold golden where other tone curves bleach it."""


def light(path: Path) -> np.ndarray:
    """The light that a rendering holds: red, green, blue, each times how much is there, and how much."""
    image = bpy.data.images.load(str(path), check_existing=False)
    wide, high = image.size
    pixels = np.empty(wide * high * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return np.flipud(pixels.reshape(high, wide, 4))


def sized(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Red, green and blue at the size of another picture."""
    how = Image.Resampling.BICUBIC if like.shape[1] > values.shape[1] else Image.Resampling.BOX
    grown = [Image.fromarray(values[..., k]).resize(like.shape[1::-1], how) for k in range(3)]
    return np.stack([np.asarray(one) for one in grown], -1)


def coloured(fine: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """The light of one metal in the colour of another, as a coarser rendering shows it.

    Metals mirror the same and differ in colour, which an eye does not see finely.
    """
    ratio = (_soft(coarse[..., :3]) + DARKEST) / (_soft(sized(fine, coarse)) + DARKEST)
    return np.concatenate([fine[..., :3] * sized(np.clip(ratio, 0, 2.5), fine), fine[..., 3:]], -1)


def _soft(values: np.ndarray) -> np.ndarray:
    """A little out of focus, so that grain is no colour."""
    return np.stack([gaussian_filter(values[..., k], 0.9) for k in range(3)], -1)


def picture(over: np.ndarray, ground: Path, lift: float = 0.0) -> Image.Image:
    """The two layers of a picture, developed; `lift` is how much lighter black becomes."""
    under = light(ground)
    under[:2] = under[2]  # the denoiser brightens the uppermost rows
    seen = (over[..., :3] + (1 - over[..., 3:]) * sized(under, over)) * EXPOSURE
    bright = np.clip(seen - 1.0, 0, 6)
    far = GLOW_WIDE * seen.shape[1]
    spilt = [
        gaussian_filter(bright[..., k], far) + gaussian_filter(bright[..., k], far / 4) for k in range(3)
    ]
    shown = encoded(neutral(seen + GLOW * np.stack(spilt, -1)))
    shown = shown + lift * (1 - shown) ** 4
    return Image.fromarray((shown * 255 + 0.5).astype(np.uint8))


def neutral(colour: np.ndarray) -> np.ndarray:
    """Khronos PBR Neutral: colours as they are up to four fifths, and what is brighter pressed together."""
    colour = np.maximum(colour, 0)
    least = colour.min(-1, keepdims=True)
    colour = colour - np.where(least < 2 * TOE, least - least * least / (4 * TOE), TOE)
    peak = np.maximum(colour.max(-1, keepdims=True), 1e-6)
    room = 1 - SHOULDER
    pressed = 1 - room * room / (peak + room - SHOULDER)
    white = 1 - 1 / (DESATURATE * (peak - pressed) + 1)
    high = colour * pressed / peak * (1 - white) + pressed * white
    return np.clip(np.where(peak < SHOULDER, colour, high), 0, 1)


def encoded(linear: np.ndarray) -> np.ndarray:
    """As sRGB."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
