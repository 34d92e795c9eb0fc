"""Words as a groove: the shop's own engraving outlines, drawn as the height of a V-cut.

The letters and their places come from `shop.engraving`, so the pictures and the bench cut the same thing.
"""

import math
import re
import sys
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path
from PIL import Image, ImageDraw
from scipy.ndimage import distance_transform_edt, gaussian_filter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from shop.engraving import FACES, Area, check, svg  # noqa: E402

LIP_MM = 0.05


@cache
def areas(piece: str) -> dict[str, Area]:
    """The engravable sides of a piece of the sample collection."""
    text = (HERE.parent / "pieces.toml").read_text(encoding="utf-8")
    found = next(p for p in tomllib.loads(text)["piece"] if p["slug"] == piece)
    return {side["key"]: Area(**side) for side in found.get("side", [])}


def polygons(area: Area, face: str, text: str) -> tuple[list[np.ndarray], float]:
    """Contours of the words in mm (y down), and the width of the stroke that thickens them."""
    engraving = check([area], face, {(area.key, 1): text})
    root = ET.fromstring(svg(area, engraving.lines, FACES[face], edge=False))
    found: list[np.ndarray] = []
    stroke = 0.0

    def walk(element, to: Transform, width: float):
        nonlocal stroke
        to = to.transform(_transform(element.get("transform", "")))
        width = float(element.get("stroke-width", width))
        if element.tag.endswith("path"):
            pen = RecordingPen()
            parse_path(element.get("d"), TransformPen(pen, to))
            found.extend(_flat(pen.value))
            stroke = max(stroke, width * math.sqrt(abs(to.xx * to.yy - to.xy * to.yx)))
        for child in element:
            walk(child, to, width)

    walk(root, Transform(), 0.0)
    return found, stroke


@lru_cache(4)
def groove(area: Area, face: str, text: str, across_mm: float, *, wall: float, pixels: int = 2048):
    """(depth, lip) of the words over a square `across_mm` wide about the middle; row 0 is the bottom.

    Depth is 1 at the full depth of the cut, lip 1 on the little burr beside it. `wall` is how far (mm) the
    V's walls reach inwards: narrower strokes are shallower, as a graver leaves them.
    """
    contours, stroke = polygons(area, face, text)
    winding = np.zeros((pixels, pixels), np.int8)
    scale = pixels / across_mm
    for contour in contours:
        spots = contour * scale + pixels / 2
        left, top = np.maximum(np.floor(spots.min(0)).astype(int) - 1, 0)
        right, bottom = np.minimum(np.ceil(spots.max(0)).astype(int) + 2, pixels)
        tile = Image.new("L", (int(right - left), int(bottom - top)))
        ImageDraw.Draw(tile).polygon([(x - left, y - top) for x, y in spots], fill=1)
        x, y = contour[:, 0], contour[:, 1]
        sign = 1 if (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0 else -1
        winding[top:bottom, left:right] += np.asarray(tile, np.int8) * sign
    inside = winding != 0
    reach = (distance_transform_edt(inside) - distance_transform_edt(~inside)) / scale + stroke / 2
    depth = gaussian_filter(np.clip(reach / wall, 0, 1), 1.0)
    lip = np.exp(-(((reach + LIP_MM * 0.8) / (LIP_MM * 0.6)) ** 2))
    return np.flipud(depth).astype(np.float32), np.flipud(lip).astype(np.float32)


def _transform(text: str) -> Transform:
    made = Transform()
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", text):
        numbers = [float(n) for n in re.split(r"[ ,]+", inside.strip())]
        if name == "translate":
            made = made.translate(*numbers)
        elif name == "scale":
            made = made.scale(*numbers)
        elif name == "rotate":
            made = made.rotate(math.radians(numbers[0]))
        else:
            raise ValueError(name)
    return made


def _flat(commands) -> list[np.ndarray]:
    """Curves as points close enough that no corner shows."""
    found, points = [], []
    for name, given in commands:
        if name == "moveTo":
            points = [given[0]]
        elif name == "lineTo":
            points.append(given[0])
        elif name in ("qCurveTo", "curveTo"):
            points.extend(_curve(points[-1], given, quadratic=name == "qCurveTo"))
        elif points:
            found.append(np.array(points))
            points = []
    return found


def _curve(start, given, *, quadratic: bool, steps: int = 14):
    if not quadratic:
        yield from _bezier([start, *given], steps)
        return
    *offs, end = given
    for k, off in enumerate(offs):
        last = k == len(offs) - 1
        to = end if last else tuple((a + b) / 2 for a, b in zip(off, offs[k + 1], strict=True))
        yield from _bezier([start, off, to], steps)
        start = to


def _bezier(control, steps: int):
    control = np.array(control, float)
    for k in range(1, steps + 1):
        points, t = control, k / steps
        while len(points) > 1:
            points = points[:-1] * (1 - t) + points[1:] * t
        yield tuple(points[0])
