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


def picture(metal: Path, ground: Path, lift: float = 0.0, tint=(1.0, 1.0, 1.0)) -> Image.Image:
    """The two layers of a picture, developed: black becomes so much lighter, the metal so tinted."""
    over, under = light(metal), light(ground)
    under[:2] = under[2]  # the denoiser brightens the uppermost rows
    grown = [
        np.asarray(Image.fromarray(under[..., k]).resize(over.shape[1::-1], Image.Resampling.BICUBIC))
        for k in range(3)
    ]
    seen = (over[..., :3] * np.array(tint, np.float32) + (1 - over[..., 3:]) * np.stack(grown, -1)) * EXPOSURE
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
