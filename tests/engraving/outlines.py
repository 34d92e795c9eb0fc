"""Reads a drawing back, independently of the code that made it: where is the ink, in mm, y downwards?"""

import math
import re
from xml.etree import ElementTree as ET

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path

from shop.engraving import Area
from shop.engraving.limits import MARGIN_MM

SVG = "{http://www.w3.org/2000/svg}"
STEPS = 8
MICRONS = "scale(0.001000000 "


class _Flat(BasePen):
    def __init__(self) -> None:
        super().__init__(None)
        self.points: list[tuple[float, float]] = []

    def _moveTo(self, pt):
        self.points.append(pt)

    def _lineTo(self, pt):
        self.points.append(pt)

    def _curveToOne(self, one, two, end):
        start = self._getCurrentPoint()
        for step in range(1, STEPS + 1):
            t = step / STEPS
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self.points.append(
                tuple(a * p + b * q + c * r + d * s for p, q, r, s in zip(start, one, two, end, strict=True))
            )


def transform(text: str | None) -> Transform:
    found = Identity
    for name, numbers in re.findall(r"(\w+)\(([^)]*)\)", text or ""):
        values = [float(number) for number in numbers.split()]
        if name == "rotate":
            values = [math.radians(values[0])]
        found = found.transform(values) if name == "matrix" else getattr(found, name)(*values)
    return found


def ink(svg: str) -> list[tuple[float, float]]:
    """Points all along the outlines of the words, grown by half of any stroke."""
    return [point for group in inks(svg) for point in group]


def inks(svg: str) -> list[list[tuple[float, float]]]:
    """The same, for each by itself: a straight line, or a letter of one along a circle."""
    words = ET.fromstring(svg).find(f"{SVG}g")
    assert words is not None
    found = []
    for group in words:
        if MICRONS in group.get("transform", ""):  # letters bent one after the other
            found += [walk(letter, transform(group.get("transform"))) for letter in group]
        else:
            found.append(walk(group, Identity))
    return found


def crowding_mm(svg: str, *, straight: int) -> float:
    """How far straight lines (the first groups of the drawing) reach into the letters along the rim.

    Within the directions that these letters take up, nothing may be as far from the middle as they are.
    """
    groups = inks(svg)
    above = [point for group in groups[:straight] for point in group]
    rim = [point for group in groups[straight:] for point in group]
    if not above or not rim:
        return -math.inf
    inner = min(math.hypot(x, y) for x, y in rim)
    turns = [math.atan2(x, y) for x, y in rim]
    first, last = min(turns), max(turns)
    return max(
        (math.hypot(x, y) - inner for x, y in above if first <= math.atan2(x, y) <= last), default=-math.inf
    )


def walk(element: ET.Element, at: Transform) -> list[tuple[float, float]]:
    at = at.transform(transform(element.get("transform")))
    points = []
    if element.tag == f"{SVG}path":
        pen = _Flat()
        parse_path(element.get("d"), pen)
        points = at.transformPoints(pen.points)
    for child in element:
        points += walk(child, at)
    return points


def stray_mm(area: Area, svg: str, thick: float) -> float:
    """How far the outermost ink lies outside what may be engraved; zero or less when all is inside."""
    margin = MARGIN_MM[area.shape] + thick / 2
    return max((_outside(area, x, y) + margin for x, y in ink(svg)), default=-math.inf)


def _outside(area: Area, x: float, y: float) -> float:
    """Distance from the metal's edge, positive off the metal."""
    across, up = area.width_mm / 2, area.height_mm / 2
    if area.shape == "disc":
        return math.hypot(x, y) - across
    if area.shape == "bar":
        return max(abs(x) - across, abs(y) - up)
    if area.shape == "ring":
        wide = area.height_mm if area.height_mm < across else area.width_mm / 6
        radius = math.hypot(x, y)
        return max(radius - across, across - wide - radius)
    return _outside_heart(area, x, y)


def _outside_heart(area: Area, x: float, y: float) -> float:
    from shop.engraving.areas import outline

    edge = [(px, -py) for px, py in outline(area)[0]]
    sides = list(zip(edge, edge[1:] + edge[:1], strict=True))
    away = min(_from_side(x, y, *side) for side in sides)
    crossings = sum(
        (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay) for (ax, ay), (bx, by) in sides
    )
    return -away if crossings % 2 else away


def _from_side(x, y, a, b):
    (ax, ay), (bx, by) = a, b
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    along = max(0.0, min(1.0, along))
    return math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))
