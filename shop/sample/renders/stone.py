"""What pieces lie on: fine warm limestone, dark slate, linen, paper, each baked as two tiling pictures.

`python stone.py FOLDER` writes NAME-colour.png and NAME-height.png: one tile is TILE_MM square.
Baked rather than computed in the shader, because a picture is cheap to shade and stays crisp when denoised.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

TILE_MM = 72.0
PIXELS = 3072
DARK = np.array([0.625, 0.565, 0.487], np.float32)
LIGHT = np.array([0.800, 0.748, 0.672], np.float32)


def waves_of(rng):
    """A source of noise whose waves lie between `low` and `high` to the tile."""
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

    return band, far, stretched


def save(folder: Path, name: str, colour: np.ndarray, height: np.ndarray) -> None:
    """Write the two pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = (_srgb(np.clip(colour, 0, 1)) * 255 + 0.5).astype(np.uint8)
    Image.fromarray(shown).save(folder / f"{name}-colour.png")
    Image.fromarray((np.clip(height, 0, 1) * 65535).astype(np.uint16)).save(folder / f"{name}-height.png")


def slate(folder: Path, seed: int = 11) -> None:
    """Riven Welsh slate: nearly black, split along its grain in low terraces with soft lips."""
    rng = np.random.default_rng(seed)
    band, _, stretched = waves_of(rng)
    swell = band(1.2, 9, 1.6, stretched)
    ripple = band(8, 70, 1.3, stretched)
    grain = band(70, 420, 0.6)
    dust = band(420, 1500, 0.2)
    layers = (swell + 0.30 * ripple) * 1.5
    step = np.floor(layers)
    terrace = (step + np.clip((layers - step) / 0.10, 0, 1)) / 9
    height = 0.5 + 0.55 * terrace + 0.020 * ripple + 0.016 * grain + 0.012 * dust
    shade = np.clip(0.5 + 0.16 * swell + 0.10 * ripple + 0.10 * grain + 0.05 * dust, 0, 1)[..., None]
    dark, light = np.array([0.021, 0.023, 0.026]), np.array([0.066, 0.069, 0.074])
    save(folder, "slate", dark + (light - dark) * shade, height)


def linen(folder: Path, seed: int = 21, threads: int = 132) -> None:
    """Washed linen in a plain weave: threads about half a millimetre wide, no two alike, some slubbed."""
    rng = np.random.default_rng(seed)
    band, _, _ = waves_of(rng)
    uneven = band(30, 200, 0.5)
    across = np.arange(PIXELS) * threads / PIXELS
    places = across[None, :] + 0.14 * band(2, 18, 1.0), across[:, None] + 0.14 * band(2, 18, 1.0)
    height = np.full((PIXELS, PIXELS), -1.0, np.float32)
    shade = np.zeros_like(height)
    for way in (0, 1):
        place, along = places[way], places[1 - way]
        number = np.floor(place).astype(int) % threads
        stout = rng.uniform(0.80, 1.0, threads)[number] + 0.05 * np.roll(uneven, 300 * way, 0)
        off = (place - np.floor(place) - 0.5) * 2 / np.clip(stout, 0.6, 1.1)
        round_ = np.sqrt(np.clip(1 - off * off, 0, 1))
        over = np.cos(np.pi * (along + number + way + 0.5))
        lies = np.where(np.abs(off) < 1, 0.55 * round_ + 0.42 * over, -1.0)
        tone = rng.normal(0, 0.055, threads)[number] + 0.035 * np.roll(uneven, 500, way)
        shade = np.where(lies > height, tone + 0.16 * round_, shade)
        height = np.maximum(height, lies)
    fibre = band(300, 1500, 0.3)
    height = gaussian_filter(np.clip(0.5 + 0.42 * height, 0, 1), 1.2, mode="wrap") + 0.014 * fibre
    colour = np.array([0.640, 0.585, 0.500], np.float32) * (0.80 + shade + 0.022 * fibre)[..., None]
    colour *= (0.72 + 0.28 * np.clip(height * 1.6, 0, 1))[..., None]
    save(folder, "linen", colour, height)


def paper(folder: Path, seed: int = 31, fibres: int = 26_000) -> None:
    """Thick cotton paper: clouded as the pulp settled, felted, its fibres a few millimetres long."""
    rng = np.random.default_rng(seed)
    band, _, _ = waves_of(rng)
    felt, cloud, grain = band(35, 260, 0.7), band(6, 50, 1.2), band(260, 900, 0.3)
    drawn = Image.new("L", (PIXELS, PIXELS), 128)
    pen = ImageDraw.Draw(drawn)
    for _ in range(fibres):
        turns = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.22, 14))
        steps = np.stack([np.cos(turns), np.sin(turns)], 1) * rng.uniform(4, 15)
        tone = int(np.clip(128 + rng.normal(0, 46), 0, 255))
        spots = rng.uniform(0, PIXELS, 2) + np.cumsum(steps, 0)
        pen.line([tuple(spot) for spot in spots], fill=tone, width=int(rng.integers(2, 6)))
    lie = gaussian_filter(np.asarray(drawn, np.float32) / 128 - 1, 1.3, mode="wrap")
    colour = np.array([0.885, 0.862, 0.812], np.float32)
    colour = colour * (0.965 + 0.012 * cloud + 0.010 * felt + 0.070 * lie + 0.006 * grain)[..., None]
    save(folder, "paper", colour, 0.5 + 0.10 * felt + 0.20 * lie + 0.03 * grain)


def limestone(folder: Path, seed: int = 5) -> None:
    """The pale stone; the same seed gives the same stone."""
    rng = np.random.default_rng(seed)
    band, _, stretched = waves_of(rng)
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
    save(folder, "stone", colour, height)


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
    for bake in (limestone, slate, linen, paper):
        bake(Path(sys.argv[1]))
