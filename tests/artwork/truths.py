"""What is on the made-up sheets: the known ink of writing, prints, drawings and signatures.

Each is a region in mm about its middle, y downwards, drawn by formula or set in the project's own faces,
and none is anybody's.
"""

import itertools
import math
from functools import lru_cache

import numpy as np
import shapely

from shop.engraving import FACES, Area
from shop.engraving.outlines import cut

WORDS = [
    "love Dad", "Mum", "all my love", "Grace", "my darling", "always", "Nana",
    "see you soon", "be good", "Papa x",
]  # fmt: skip
LOOPS = ["leela", "mumu", "eluna", "nellie", "amelu", "lalune", "unmel", "aleme", "nuelle", "mellan"]


def middled(region: shapely.Geometry, wide_mm: float) -> shapely.Geometry:
    """The region about its middle, so wide."""
    left, top, right, bottom = region.bounds
    scale = wide_mm / (right - left)
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return shapely.transform(region, lambda points: (points - middle) * scale)


def typed(words: str, face: str, wide_mm: float) -> shapely.Geometry:
    """Words in one of the project's faces."""
    side = cut(Area("front", "Front", "bar", 60, 8, 1), FACES[face], {1: words})
    rings = [shapely.Polygon([(x, -y) for x, y in contour.corners()]) for contour in side.filled]
    inked = shapely.Polygon()
    for ring in rings:
        inked = inked.symmetric_difference(ring)
    return middled(inked, wide_mm)


def pen(line: np.ndarray, widths: np.ndarray) -> shapely.Geometry:
    """What a pen leaves along a line: so wide at each of its points."""
    pieces = [
        shapely.MultiPoint([a, b]).convex_hull.buffer((u + v) / 4)
        for a, b, u, v in zip(line[:-1], line[1:], widths[:-1], widths[1:], strict=True)
    ]
    return shapely.union_all(pieces)


LETTERS = {  # loops of a joined hand: humps, their height and how far they lean back
    "l": [(1.0, 2.2, 0.42)], "e": [(1.0, 1.0, 0.45)], "u": [(0.8, 1.0, 0.1)] * 2,
    "n": [(0.8, 1.0, -0.12), (0.8, 0.95, -0.12)], "m": [(0.75, 1.0, -0.1)] * 3,
    "a": [(1.1, 1.0, 0.3), (0.6, 0.9, 0.05)],
    "i": [(0.7, 1.0, 0.08)],
}  # fmt: skip


def joined(word: str, seed: int, wide_mm: float, nib_mm: float) -> shapely.Geometry:
    """A joined hand of our own: one line in loops, thicker where the pen comes down."""
    chance = np.random.default_rng(seed)
    points, x = [], 0.0
    for letter in word:
        for wide, high, lean in LETTERS[letter]:
            turn = np.linspace(0, 2 * math.pi, 60, endpoint=False)
            tall = high * (1 + 0.08 * chance.standard_normal())
            across = (
                x + wide * turn / (2 * math.pi) - lean * np.sin(turn) + 0.18 * tall * (1 - np.cos(turn)) / 2
            )
            points.append(np.column_stack([across, -tall * (1 - np.cos(turn)) / 2]))
            x += wide
    line = np.vstack(points) * (1, 1)
    line *= wide_mm / np.ptp(line[:, 0])
    down = np.gradient(line[:, 1])
    press = np.clip(down / np.abs(down).max(), -0.4, 1)
    return middled(pen(line, nib_mm * (1 + 0.35 * press)), wide_mm)


def signature(seed: int, wide_mm: float, nib_mm: float) -> shapely.Geometry:
    """Quick loops that fade to the right, and a line beneath."""
    chance = np.random.default_rng(seed)
    t = np.linspace(0, 1, 700)
    loops, lean = chance.uniform(5, 9), chance.uniform(0.03, 0.08)
    high = 0.32 * (1 - 0.75 * t) * (1 + 0.3 * np.sin(7 * t + chance.uniform(0, 6)))
    turn = 2 * math.pi * loops * t
    line = (
        np.column_stack([t + lean * np.sin(turn) - 0.1 * high * np.cos(turn), -high * np.cos(turn) * 0.5])
        * wide_mm
    )
    under = np.column_stack([0.1 + 0.8 * t, 0.24 - 0.05 * t + 0.02 * np.sin(9 * t)]) * wide_mm
    width = nib_mm * (1 + 0.3 * np.sin(turn + 1))
    return middled(shapely.union_all([pen(line, width), pen(under, nib_mm * (1 - 0.4 * t))]), wide_mm)


def child_drawing(seed: int, wide_mm: float, nib_mm: float) -> shapely.Geometry:
    """A house, a sun and two people in thick pen; a heart that is filled in."""
    chance = np.random.default_rng(seed)

    def line(*corners: tuple[float, float]) -> shapely.Geometry:
        found = []
        for (ax, ay), (bx, by) in itertools.pairwise(corners):
            t = np.linspace(0, 1, 14)
            wave = 0.012 * np.cumsum(chance.standard_normal((14, 2)), axis=0) * (t * (1 - t))[:, None] * 4
            found.append(np.column_stack([ax + (bx - ax) * t, ay + (by - ay) * t]) + wave)
        points = np.vstack(found) * wide_mm
        return pen(points, nib_mm * (1 + 0.15 * np.sin(np.arange(len(points)) / 5)))

    def ring(x: float, y: float, r: float) -> shapely.Geometry:
        t = np.linspace(0, 2 * math.pi * 1.03, 60)
        wobble = r * (1 + 0.05 * np.sin(3 * t + chance.uniform(0, 6)))
        points = np.column_stack([x + wobble * np.cos(t), y + wobble * np.sin(t)]) * wide_mm
        return pen(points, np.full(60, nib_mm))

    parts = [line((0.05, 0.7), (0.05, 0.35), (0.25, 0.15), (0.45, 0.35), (0.45, 0.7), (0.05, 0.7))]
    parts += [line((0.2, 0.7), (0.2, 0.52), (0.3, 0.52), (0.3, 0.7)), ring(0.85, 0.12, 0.08)]
    for x, tall in ((0.6, 0.4), (0.78, 0.3)):
        top = 0.72 - tall
        parts += [ring(x, top + 0.06, 0.055), line((x, top + 0.115), (x, 0.6))]
        parts += [
            line((x - 0.05, 0.72), (x, 0.6), (x + 0.05, 0.72)),
            line((x - 0.07, top + 0.2), (x + 0.07, top + 0.17)),
        ]
    t = np.linspace(0, 2 * math.pi, 80)
    heart = (
        np.column_stack([16 * np.sin(t) ** 3, -13 * np.cos(t) + 5 * np.cos(2 * t) + 2 * np.cos(3 * t)])
        * 0.004
    )
    parts.append(shapely.Polygon((heart + np.array([0.93, 0.45])) * wide_mm).buffer(0))
    return middled(shapely.union_all(parts), wide_mm)


def footprint(seed: int, high_mm: float, *, missing: int = 0) -> shapely.Geometry:
    """A sole with five toes, crossed by creases of the skin; `missing` toes left no ink."""
    chance = np.random.default_rng(seed)
    t = np.linspace(0, 2 * math.pi, 200, endpoint=False)
    # From the heel (below) to the ball: narrower in the arch, on the inner side.
    y = 0.36 * np.cos(t)
    half = np.sqrt(np.maximum(0, 1 - (y / 0.36) ** 2))
    inner = np.where(np.cos(t) < 0.2, 0.0, 0.0) + 0.07 * np.exp(-(((y - 0.06) / 0.1) ** 2))
    wide = half**0.6 * (0.15 + 0.05 * np.clip(-y / 0.36, -1, 1))
    x = np.where(np.sin(t) > 0, wide - inner * (np.sin(t) > 0), -wide)
    sole = shapely.Polygon(np.column_stack([x, y + 0.12])).buffer(0).buffer(0.01).buffer(-0.01)
    for _ in range(3):
        at, bend = chance.uniform(-0.12, 0.4), chance.uniform(-0.05, 0.05)
        s = np.linspace(-0.25, 0.25, 30)
        crease = np.column_stack([s, at + bend * np.cos(6 * s) + 0.1 * s])
        sole = sole.difference(shapely.LineString(crease).buffer(0.007))
    toes = []
    for toe in range(5 - missing):
        size = 0.062 - 0.008 * toe
        place = (0.16 - 0.082 * toe - 0.01 * toe, -0.36 + 0.012 * toe**1.8)
        toes.append(
            shapely.transform(
                shapely.Point(0, 0).buffer(1, 32), lambda p, s=size, c=place: p * (s * 0.8, s) + c
            )
        )
    foot = shapely.union_all([sole, *toes])
    if seed % 2:
        foot = shapely.transform(foot, lambda p: p * (-1, 1))
    left, top, right, bottom = foot.bounds
    return middled(foot, high_mm * (right - left) / (bottom - top))


def hand_print(seed: int, wide_mm: float) -> shapely.Geometry:
    """A palm with four fingers and a thumb, in three joints each."""
    chance = np.random.default_rng(seed)
    palm = shapely.Point(0, 0).buffer(1, 48)
    parts = [shapely.transform(palm, lambda p: p * (0.3, 0.32) + (0, 0.12))]
    for finger, (turn, reach) in enumerate([(-28, 0.3), (-9, 0.38), (8, 0.4), (25, 0.34), (72, 0.2)]):
        way = np.array([math.sin(math.radians(turn)), -math.cos(math.radians(turn))])
        start = np.array([0, 0.12]) + way * 0.34
        joints = 2 if finger == 4 else 3
        for joint in range(joints):
            a = start + way * reach * joint / joints + way * 0.02
            b = start + way * reach * (joint + 1) / joints - way * 0.02
            parts.append(shapely.LineString([a, b]).buffer(0.042 + 0.004 * chance.random(), 16))
    whole = shapely.union_all(parts)
    lines = [
        np.column_stack([np.linspace(-0.3, 0.3, 30), 0.05 + 0.12 * k + 0.1 * np.sin(np.linspace(0, 2, 30))])
        for k in range(2)
    ]
    return middled(
        whole.difference(shapely.union_all([shapely.LineString(each).buffer(0.008) for each in lines])),
        wide_mm,
    )


def fingerprint(seed: int, high_mm: float, ridges: int) -> shapely.Geometry:
    """Ridges by formula about a core, as many to the height; whorls and loops by the seed."""
    import contourpy

    chance = np.random.default_rng(seed)
    y, x = np.mgrid[-1.2:1.2:600j, -0.9:0.9:450j]
    loop = chance.uniform(0.2, 0.9)
    radius = np.hypot(x * 1.25, y - 0.15 + loop * np.maximum(0, y - 0.1) * -0.55)
    bend = 0.05 * np.sin(3 * x + chance.uniform(0, 6)) + 0.05 * np.sin(2.3 * y + chance.uniform(0, 6))
    field = np.cos(math.pi * ridges * (radius + bend))
    edge = np.clip((1 - np.hypot(x / 0.75, y)) * 12, -1, 1)
    field = np.minimum(field, edge)
    filled = contourpy.contour_generator(x, y, field, fill_type=contourpy.FillType.OuterOffset).filled(
        0.1, 2.0
    )
    parts = []
    for points, offsets in zip(*filled, strict=True):
        rings = [points[a:b] for a, b in itertools.pairwise(offsets)]
        parts.append(shapely.Polygon(rings[0], rings[1:]).buffer(0))
    whole = shapely.union_all([part for part in parts if part.area > 0.0015])
    left, top, right, bottom = whole.bounds
    return middled(whole, high_mm * (right - left) / (bottom - top))


@lru_cache(maxsize=4)
def truth(kind: str, number: int) -> tuple[shapely.Geometry, float]:
    """The ink of one of the sheets of a kind, in mm on the paper, and how wide it is cut, in mm."""
    if kind == "handwriting":
        if number % 2:
            return joined(LOOPS[number // 2 % 10], number, 70 + number % 4 * 12, 0.9), 26.0
        return typed(WORDS[number // 2 % 10], "great-vibes", 75 + number % 5 * 10), 26.0
    if kind == "signature":
        return signature(number, 55 + number % 4 * 8, 0.6 + number % 3 * 0.15), 26.0
    if kind == "drawing":
        return child_drawing(number, 130 + number % 3 * 20, 1.6 + number % 3 * 0.4), 26.0
    if kind == "fingerprint":
        return fingerprint(number, 22.0, 13 + number % 4), 10.0
    assert kind == "print"
    foot = footprint(number, 72.0 + number % 6, missing=number % 5 == 4), 6.0
    return foot if number % 4 != 3 else (hand_print(number, 62.0 + number % 5), 14.0)
