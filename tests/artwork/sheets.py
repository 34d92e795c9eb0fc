"""A hundred and twenty made-up sheets, and photographs of them: everything by recipe, nothing by result.

A sheet is good or poor by what its recipe does to it, before any program looks at it. Good: plain, textured,
tinted, faintly printed or faintly ruled paper, held tilted by up to ten degrees, in mild shade, with a
phone's noise, and its corners set up to 1% of the sheet off. Poor: also one or two of faint ink, a deep
shadow with an edge, glare, a crease, a stain and a form's line across the ink; more noise, and a meaner JPEG.

Light is reckoned as light and then encoded as screens do (a gamma of 2.2), for that is where a lens blurs.
"""

import io
import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from PIL import Image, ImageDraw

from tests.artwork.truths import truth

KINDS: Final = ("handwriting", "signature", "drawing", "print", "fingerprint")
OF_A_KIND: Final = 24
PAPERS: Final = ("plain", "textured", "tinted", "printed", "ruled", "squared")
FAULTS: Final = ("faint", "shadow", "glare", "crease", "stain", "line")
INKS: Final = {
    "black": (0.035, 0.035, 0.04),
    "blue": (0.03, 0.07, 0.30),
    "violet": (0.10, 0.05, 0.20),
    "brown": (0.12, 0.07, 0.04),
}
"""How much light each lets through, red, green and blue."""
CORNERS_OFF: Final = 0.01
"""How far off each corner is set at most, as a share of the sheet's width or height."""
_SPARE_MM: Final = 18.0
_FINER: Final = 3


@dataclass(frozen=True)
class Sheet:
    """One sheet's recipe. `poor` is said here."""

    kind: str
    number: int
    poor: bool
    paper: str
    ink: str
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number}-{'poor' if self.poor else 'good'}"

    @property
    def chance(self) -> np.random.Generator:
        return np.random.default_rng([KINDS.index(self.kind), self.number])


@dataclass(frozen=True)
class Photograph:
    """A photograph of a sheet with what is known of it; places in it are pixels, right and down."""

    data: bytes = field(repr=False)
    corners: tuple[tuple[float, float], ...]
    """Where somebody set the sheet's corners, from the top left one clockwise."""
    ink: shapely.Geometry = field(repr=False)
    """The true ink, in mm on the sheet, as these corners have it (see `sheet_photograph`)."""
    true_ink: shapely.Geometry = field(repr=False)
    """The true ink on the sheet itself, in mm."""
    size_mm: tuple[float, float]
    cut_mm: float
    """How wide it is cut."""


def _recipes() -> list[Sheet]:
    found = []
    for kind in KINDS:
        for number in range(OF_A_KIND):
            poor = number >= OF_A_KIND // 2
            paper = PAPERS[(number * 5 + KINDS.index(kind)) % len(PAPERS)]
            ink = list(INKS)[(number + KINDS.index(kind)) % len(INKS)]
            faults: tuple[str, ...] = ()
            if poor:
                first = number % len(FAULTS)
                faults = (FAULTS[first],)
                if number % 2:
                    faults += (FAULTS[(first + 1 + number // 6) % len(FAULTS)],)
            found.append(Sheet(kind, number, poor, paper, ink, tuple(dict.fromkeys(faults))))
    return found


SHEETS: Final = _recipes()


def homography(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The map that takes four points to four others."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(wanted)), 1).reshape(3, 3)


def through(at: np.ndarray, points: np.ndarray) -> np.ndarray:
    found = np.column_stack([points, np.ones(len(points))]) @ at.T
    return found[:, :2] / found[:, 2:]


def sheet_photograph(sheet: Sheet, width_px: int = 2016) -> Photograph:
    """The sheet as a phone sees it, three wide to four high or the other way.

    Corners that are set off distort what any program can know, so the truth is told twice: `ink` is the
    true ink seen through the corners as they were set, which is exact and has nothing fitted to any result;
    `true_ink` is the sheet's own.
    """
    chance = sheet.chance
    ink, cut_mm = truth(sheet.kind, sheet.number)
    left, top, right, bottom = ink.bounds
    spare = _SPARE_MM if sheet.kind != "fingerprint" else 7.0
    size = (right - left + 2 * spare, bottom - top + 2 * spare)
    ink = shapely.transform(ink, lambda points: points + np.array(size) / 2)
    wide_px, high_px = (width_px, width_px * 3 // 4) if size[0] > size[1] else (width_px * 3 // 4, width_px)
    edges = np.array([(0, 0), (size[0], 0), size, (0, size[1])], float)
    seen = _seen(chance, edges, size, (wide_px, high_px))
    at = homography(edges, seen)
    off = (chance.random((4, 2)) * 2 - 1) * CORNERS_OFF * size
    set_by_hand = through(at, edges + off)
    as_set = homography(set_by_hand, edges)
    picture = _photographed(sheet, chance, ink, at, size, (wide_px, high_px))
    file = io.BytesIO()
    quality = 68 + sheet.number % 3 * 6 if sheet.poor else 86 + sheet.number % 3 * 4
    picture.save(file, "JPEG", quality=quality)
    through_corners = shapely.transform(ink, lambda points: through(as_set, through(at, points)))
    corners = tuple((float(x), float(y)) for x, y in set_by_hand)
    return Photograph(file.getvalue(), corners, through_corners, ink, size, cut_mm)


def _seen(chance, edges, size, frame):
    """Where a lens three widths away sees the corners, the sheet tilted and turned."""
    tilt, pan, turn = [*np.radians(chance.uniform(-10, 10, 2)).tolist(), math.radians(chance.uniform(-4, 4))]
    flat = edges - np.array(size) / 2
    c, s = math.cos(turn), math.sin(turn)
    flat = flat @ np.array([[c, s], [-s, c]])
    depth = np.sin(tilt) * flat[:, 1] + np.sin(pan) * flat[:, 0] + 3 * max(size)
    found = flat * (np.cos(pan), np.cos(tilt)) / depth[:, None]
    scale = 0.9 * min(frame[0] / np.ptp(found[:, 0]), frame[1] / np.ptp(found[:, 1]))
    middle = (found.max(axis=0) + found.min(axis=0)) / 2
    return (found - middle) * scale + np.array(frame) / 2


def _photographed(sheet, chance, ink, at, size, frame) -> Image.Image:
    wide, high = frame
    on_sheet = _places(at, frame)
    px_mm = math.sqrt(abs(np.linalg.det(at[:2, :2])))
    light = _paper(sheet, chance, on_sheet, (high, wide))
    marks = [(ink, INKS[sheet.ink], 0.62 if "faint" in sheet.faults else 0.0)]
    if "line" in sheet.faults:
        marks.append((_form_line(chance, size, ink), (0.05, 0.05, 0.06), 0.0))
    for region, colour, spared in marks:
        cover = _cover(region, at, frame) * np.float32(1 - spared)
        if region is ink and sheet.kind in {"print", "fingerprint"}:
            cover *= 1 - 0.14 * np.abs(_cloud(chance, (high, wide), 2))  # where the pad or skin was drier
        for channel in range(3):
            light[..., channel] *= 1 - cover * (1 - colour[channel])
    table = _cover(shapely.box(0, 0, *size), at, frame)
    wood = np.array([0.18, 0.10, 0.06], np.float32) * (1 + 0.15 * _cloud(chance, (high, wide), 40))[..., None]
    light = light * table[..., None] + wood * (1 - table[..., None])
    light *= _shade(sheet, chance, on_sheet, size)[..., None]
    if "glare" in sheet.faults:
        light += _glare(chance, on_sheet, size)[..., None]
    return _exposed(sheet, chance, light, px_mm)


def _exposed(sheet, chance, light, px_mm) -> Image.Image:
    """Through the lens, onto the sensor, with its noise."""
    del px_mm
    light = _blurred(light, chance.uniform(0.7, 1.2) * (1.25 if sheet.poor else 1.0))
    screen = 235 * np.clip(light, 0, 1.08).astype(np.float32) ** np.float32(1 / 2.2)
    noise = 4.5 if sheet.poor else 2.2
    screen += noise * chance.standard_normal(screen.shape, np.float32)
    return Image.fromarray(np.clip(screen, 0, 255).astype(np.uint8), "RGB")


def _places(at, frame):
    """For each pixel its place on the sheet, in mm."""
    back = np.linalg.inv(at)
    y, x = np.mgrid[0 : frame[1], 0 : frame[0]].astype(np.float32) + np.float32(0.5)
    w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    u, v = ((back[r, 0] * x + back[r, 1] * y + back[r, 2]) / w for r in range(2))
    return u.astype(np.float32), v.astype(np.float32)


def _cover(region, at, frame):
    """How much of each pixel the region covers, 0 to 1."""
    canvas = Image.new("L", (frame[0] * _FINER, frame[1] * _FINER))
    draw = ImageDraw.Draw(canvas)
    rings = [(ring, 255) for part in shapely.get_parts(region) for ring in [part.exterior]]
    rings += [(ring, 0) for part in shapely.get_parts(region) for ring in part.interiors]
    # A hole may hold ink again: the larger ring first.
    for ring, fill in sorted(rings, key=lambda each: -shapely.Polygon(each[0]).area):
        points = through(at, np.array(ring.coords)) * _FINER - 0.5
        draw.polygon([tuple(point) for point in points.tolist()], fill=fill)
    return np.asarray(canvas.reduce(_FINER), np.float32) / 255


def _cloud(chance, shape, step):
    """Soft noise of mean 0 and deviation 1, whose grains are so many pixels wide."""
    small = chance.standard_normal((shape[0] // step + 3, shape[1] // step + 3), np.float32)
    soft = Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    found = np.asarray(soft)
    return (found - found.mean()) / found.std()


def _paper(sheet, chance, on_sheet, shape):
    u, v = on_sheet
    tint = {"tinted": [(0.82, 0.66, 0.60), (0.62, 0.74, 0.84), (0.84, 0.78, 0.58)][sheet.number % 3]}
    light = np.ones((*shape, 3), np.float32) * np.array(tint.get(sheet.paper, (0.88, 0.87, 0.83)), np.float32)
    grain = 0.035 if sheet.paper == "textured" else 0.012
    light *= (1 + grain * _cloud(chance, shape, 2) + 0.6 * grain * _cloud(chance, shape, 9))[..., None]
    if sheet.paper == "printed":  # pale flowers all over, as on a card
        flowers = np.cos(u * 0.55) * np.cos(v * 0.5) + 0.4 * np.cos(u * 1.7 + v * 1.3)
        pale = np.clip((flowers - 0.55) * 3, 0, 1)[..., None]
        light *= 1 - pale * np.array([0.10, 0.22, 0.16], np.float32)
    if sheet.paper in {"ruled", "squared"}:
        step = 8.0 if sheet.paper == "ruled" else 5.0
        thin = 0.18
        lines = _thin(v, step, thin)
        if sheet.paper == "squared":
            lines = np.maximum(lines, _thin(u, step, thin))
        light *= 1 - lines[..., None] * np.array([0.38, 0.26, 0.12], np.float32)
    return light


def _thin(along, step, wide):
    away = np.abs((along + step / 2) % step - step / 2)
    return np.clip((wide - away) / 0.08 + 0.5, 0, 1)


def _form_line(chance, size, ink):
    """A black line of a form right across the sheet, through the ink."""
    y = (ink.bounds[1] + ink.bounds[3]) / 2 + chance.uniform(-0.15, 0.15) * (ink.bounds[3] - ink.bounds[1])
    slope = chance.uniform(-0.004, 0.004) * size[0]
    return shapely.LineString([(-1, y), (size[0] + 1, y + slope)]).buffer(0.2)


def _shade(sheet, chance, on_sheet, size):
    u, v = on_sheet[0] / size[0], on_sheet[1] / size[1]
    way = chance.uniform(0, 2 * math.pi)
    ramp = 1 - 0.22 * (0.5 + (u - 0.5) * math.cos(way) + (v - 0.5) * math.sin(way))
    if "shadow" in sheet.faults:  # a hand's, or the phone's own, with a soft edge
        edge = (u - 0.5) * math.cos(way + 2) + (v - 0.5) * math.sin(way + 2) + 0.05 * np.sin(7 * u)
        ramp *= 1 - 0.62 / (1 + np.exp(-edge / 0.02))
    if "crease" in sheet.faults:
        tilt, at = chance.uniform(-0.2, 0.2), chance.uniform(0.35, 0.65)
        away = (v - at - tilt * (u - 0.5)) * size[1]
        ramp *= 1 - 0.30 * np.exp(-((away / 0.5) ** 2)) + 0.12 * np.exp(-(((away - 1.1) / 0.6) ** 2))
    if "stain" in sheet.faults:  # a cup's ring
        x, y = chance.uniform(0.3, 0.7, 2)
        away = np.hypot((u - x) * size[0], (v - y) * size[1]) - 0.22 * min(size)
        ramp *= 1 - 0.28 * np.exp(-((away / 1.4) ** 2)) - 0.08 * (away < 0)
    return ramp.astype(np.float32)


def _glare(chance, on_sheet, size):
    x, y = chance.uniform(0.3, 0.7, 2)
    away = np.hypot((on_sheet[0] / size[0] - x), (on_sheet[1] / size[1] - y))
    return (0.30 * np.exp(-((away / 0.16) ** 2))).astype(np.float32)


def _blurred(light, sigma):
    reach = math.ceil(3 * sigma)
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(light, [(reach, reach) if each == axis else (0, 0) for each in range(3)], mode="edge")
        found = np.zeros_like(light)
        for step, weight in enumerate(weights):
            found += weight * (
                padded[step : step + light.shape[0]] if axis == 0 else padded[:, step : step + light.shape[1]]
            )
        light = found
    return light
