"""A piece on a jeweller's bust covered in linen, at 16, 18 and 20 inches.

The bust stands upright along y and faces the camera along z; y = 0 is where its neck ends.
"""

import itertools
import math
from functools import cache

import bmesh
import light
import materials
import numpy as np
import pieces
from blend import solid
from mathutils import Matrix, Vector
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize
from stand import Stand, card_for

LENGTHS_MM = (406, 457, 508)
"""16, 18 and 20 inches."""

HEIGHTS = (-250, -200, -150, -100, -70, -45, -25, -8, 10, 40, 80, 118)
HALF_WIDE = PchipInterpolator(HEIGHTS, (140, 158, 170, 168, 152, 124, 92, 69, 58, 53, 51, 52))
HALF_DEEP = PchipInterpolator(HEIGHTS, (92, 98, 100, 96, 88, 80, 72, 64, 57, 53, 51, 52))
FORWARD = PchipInterpolator(HEIGHTS, (12, 12, 10, 4, 0, -3, -4, -3, -1, 0, 0, 0))
FULL = PchipInterpolator(HEIGHTS, (2.4, 2.5, 2.6, 2.6, 2.5, 2.4, 2.2, 2.1, 2, 2, 2, 2))
"""Its sections: half as wide, half as deep, how far forward; 2 is an ellipse, more is squarer."""

NAPE_MM = 16.0


def skin(turn, y):
    """Points of the bust: `turn` from 0 in front to pi behind."""
    power = 2 / FULL(y)
    s, c = np.sin(turn), np.cos(turn)
    x = HALF_WIDE(y) * np.sign(s) * np.abs(s) ** power
    z = FORWARD(y) + HALF_DEEP(y) * np.sign(c) * np.abs(c) ** power
    return np.stack([x, y + 0 * turn, z], -1)


def bust(stand: Stand) -> None:
    """The body, its cloth lying in faint folds, closed on top."""
    around, along = 420, 420
    turns = np.linspace(-np.pi, np.pi, around, endpoint=False)
    heights = np.linspace(-249.9, 117.9, along)
    grid = skin(turns[None, :], np.repeat(heights[:, None], around, 1))
    chance = np.random.default_rng(7)
    fold = gaussian_filter(chance.standard_normal((along, around)), (34, 5), mode=("nearest", "wrap"))
    fold += 0.5 * gaussian_filter(chance.standard_normal((along, around)), (12, 12), mode=("nearest", "wrap"))
    lift = 1 + (0.0032 * fold / fold.std())[..., None] * np.array([1, 0, 1])
    grid = grid * lift
    rise = 118 + 3.5 * np.sin(np.linspace(0, np.pi / 2, 8))
    drawn_in = np.cos(np.linspace(0, np.pi / 2, 8))
    bm = bmesh.new()
    flat = bm.loops.layers.uv.new()
    loops = [[bm.verts.new(spot) for spot in row] for row in grid]
    edge = grid[-1]
    for up, share in zip(rise, drawn_in, strict=True):
        reach = 1 - 3.5 / 52 * (1 - share)
        loops.append([bm.verts.new((x * reach, up, z * reach)) for x, _, z in edge])
    measured = [*heights, *(118 + 6 * np.arange(len(rise)) / 8)]
    for row, (one, two) in enumerate(itertools.pairwise(loops)):
        for k in range(around):
            m = (k + 1) % around
            face = bm.faces.new((one[k], one[m], two[m], two[k]))
            for corner, (at, number) in zip(
                face.loops, ((row, k), (row, k + 1), (row + 1, k + 1), (row + 1, k)), strict=True
            ):
                corner[flat].uv = (105 * (turns[0] + number * math.tau / around), measured[at])
    bm.faces.new(loops[-1])
    cloth = materials.baked(stand.stone, "linen", (0.1, 0.3), 0.06, source="UV")
    solid("bust", bm, [cloth], 60)["ground"] = "covers"


@cache
def lies(length: float, heavy: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a chain of the length comes to rest on the bust, as (turns, heights): as low as it can be.

    `reach` is half of a bar that the chain holds level at both ends: it belongs to the length.
    """
    steps = np.linspace(0, 1, 44) ** 1.25

    def turns(low):
        first = np.arcsin((reach / HALF_WIDE(low)) ** (FULL(low) / 2))
        return first + (np.pi - first) * steps

    def spots(heights):
        return skin(turns(heights[0]), np.append(heights, NAPE_MM))

    def energy(heights):
        found = spots(heights)
        parts = np.linalg.norm(np.diff(found, axis=0), axis=1)
        return (parts * (found[1:, 1] + found[:-1, 1]) / 2).sum() / 100 + heavy * heights[0] / 100

    def spare(heights):
        return (np.linalg.norm(np.diff(spots(heights), axis=0), axis=1).sum() + reach - length / 2) / 10

    drop = NAPE_MM - (length - 340) / 2
    start = drop + (NAPE_MM - drop) * steps[:-1] ** 0.8
    rule = {"type": "eq", "fun": spare}
    found = minimize(energy, start, method="SLSQP", constraints=[rule], options={"maxiter": 300})
    return turns(found.x[0]), np.append(found.x, NAPE_MM)


def hang(stand: Stand, length: float, seed: int) -> None:
    """One piece on its chain, which goes through its bail or begins at both its ends."""
    piece = pieces.HANGING[stand.shot.piece](stand.metals)
    middle = sum(piece.hangs, Vector()) / len(piece.hangs)
    reach = piece.hangs[-1].x - middle.x
    turns, heights = lies(length, 12.0, reach)
    low = heights[0]
    top, bottom = (skin(np.zeros(1), np.array([y]))[0] for y in (low, low - 20))
    steep = math.atan2(bottom[2] - top[2], 20)
    place = Matrix.Translation(top + np.array([0, 0, 0.6])) @ Matrix.Rotation(-steep, 4, "X")
    piece.move(place @ Matrix.Translation((-middle.x, -middle.y, 0)))
    through = Vector(piece.hangs[-1])
    points = []
    for turn, height in zip(turns, heights, strict=True):
        if turn > math.radians(112):
            break
        a, b = np.array([turn]), np.array([height])
        spot = skin(a, b)[0]
        out = np.cross(skin(a + 0.01, b)[0] - spot, skin(a, b + 0.5)[0] - spot)
        out *= math.copysign(1, out @ (spot * np.array([1, 0, 1])))
        near = math.exp(-(((spot[0] - reach) / 3.5) ** 2))
        points.append(Vector(spot + out / np.linalg.norm(out) * 0.75).lerp(through, near))
    left = [Vector((-p.x, p.y, p.z)) for p in points]
    if reach:
        stand.chain(*points, seed=seed)
        stand.chain(*left, seed=seed + 10)
    else:
        stand.chain(*reversed(left[1:]), *points, seed=seed)


def lay_worn(stand: Stand):
    """The same piece three times, one below the other."""
    bust(stand)
    for number, length in enumerate(LENGTHS_MM):
        hang(stand, length, 20 + number)
    # Far away, a card is mirrored by how full the face is, and hardly by how wide; rings turn aside.
    graded = card_for(stand.shot.piece)
    graded["span"] *= 1.5 if stand.shot.piece == "two-rings" else 0.62
    light.studio(stand.kind, 36, centre=(0, -45), far=4.2, high=84, **graded)
    stand.camera((0, -38, 80), 182, -3, lens=150, focus=(0, -60, 84), blur=5.0)
