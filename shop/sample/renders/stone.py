"""The stone everything lies on: a fine warm limestone, baked once as two tiling pictures (colour and height).

`python stone.py FOLDER` writes stone-colour.png and stone-height.png: one tile is TILE_MM square.
Baked rather than computed in the shader, because a picture is cheap to shade and stays crisp when denoised.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

TILE_MM = 72.0
PIXELS = 3072
DARK = np.array([0.625, 0.565, 0.487], np.float32)
LIGHT = np.array([0.800, 0.748, 0.672], np.float32)


def bake(folder: Path, seed: int = 5) -> None:
    """Write the two pictures; the same seed gives the same stone."""
    rng = np.random.default_rng(seed)
    waves = np.fft.fftfreq(PIXELS) * PIXELS
    far = np.hypot(waves[:, None], waves[None, :])
    stretched = np.hypot(waves[:, None] * 1.9, waves[None, :])
    far[0, 0] = stretched[0, 0] = 1.0

    def band(low, high, slope, reach=far):
        """Noise whose waves lie between `low` and `high` to the tile."""
        gain = reach**-slope / (1 + (low / reach) ** 6) / (1 + (reach / high) ** 6)
        gain[0, 0] = 0
        found = np.fft.ifft2(np.fft.fft2(rng.standard_normal(reach.shape)) * gain).real
        return (found / found.std()).astype(np.float32)

    cloud = band(1.5, 14, 1.3, stretched)
    mottle = band(18, 120, 1.0)
    grain = band(120, 420, 0.4)
    dust = band(420, 1500, 0.2)
    pits, flecks = _marks(rng)

    share = np.clip(0.52 + 0.10 * cloud + 0.10 * mottle + 0.07 * grain, 0, 1)[..., None]
    colour = DARK + (LIGHT - DARK) * share
    colour *= (1 + 0.020 * grain + 0.034 * dust)[..., None]
    # Grains of clear and of darker mineral, a tenth of a millimetre across.
    speck = gaussian_filter((rng.random((PIXELS, PIXELS)) > 0.9988).astype(np.float32), 1.5, mode="wrap") * 12
    bright = (
        gaussian_filter((rng.random((PIXELS, PIXELS)) > 0.9988).astype(np.float32), 1.6, mode="wrap") * 12
    )
    colour *= (1 - 0.26 * np.clip(speck, 0, 1))[..., None]
    colour += (0.10 * np.clip(bright, 0, 1))[..., None] * np.array([1, 0.97, 0.93], np.float32)
    colour *= (1 - 0.34 * pits)[..., None]
    colour += (0.06 * flecks)[..., None]

    height = 0.62 + 0.012 * cloud + 0.028 * mottle + 0.017 * grain + 0.018 * dust - 0.45 * pits
    height -= 0.05 * np.clip(speck, 0, 1)
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray((_srgb(np.clip(colour, 0, 1)) * 255 + 0.5).astype(np.uint8)).save(
        folder / "stone-colour.png"
    )
    Image.fromarray((np.clip(height, 0, 1) * 65535).astype(np.uint16)).save(folder / "stone-height.png")


def _marks(rng) -> tuple[np.ndarray, np.ndarray]:
    """Small pits and pale shell flecks, each a tilted soft oval."""
    pits = np.zeros((PIXELS, PIXELS), np.float32)
    flecks = np.zeros_like(pits)
    reach = 34
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    for number in range(800):
        size = min(1.5 + rng.exponential(2.0), 10)
        turn, long = rng.uniform(0, np.pi), rng.uniform(1, 2.3)
        u = x * np.cos(turn) + y * np.sin(turn)
        v = y * np.cos(turn) - x * np.sin(turn)
        oval = np.exp(-(((u / (size * long)) ** 2 + (v / size) ** 2) ** 1.6)) * rng.uniform(0.25, 1)
        i, j = rng.integers(reach, PIXELS - reach - 1, 2)
        into = pits if number % 20 < 13 else flecks
        patch = into[i - reach : i + reach + 1, j - reach : j + reach + 1]
        np.maximum(patch, oval, out=patch)
    return pits, flecks


def _srgb(linear):
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


if __name__ == "__main__":
    bake(Path(sys.argv[1]))
