"""The six pieces in true millimetres, lying on the plane z = 0.

A builder returns a `Piece`: where its words lie, and where the chain goes through.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import bmesh
import numpy as np
from blend import oval_profile, rod, solid, sweep, torus
from mathutils import Euler, Matrix, Vector
from scipy.ndimage import gaussian_filter1d
from words import areas

from shop.engraving.areas import band, outline


@dataclass
class Face:
    """A side for words: its object (local x, y in mm about the side's middle) and the height of its metal."""

    thing: object
    z: float


@dataclass
class Piece:
    """A piece that has been built."""

    faces: dict[str, Face] = field(default_factory=dict)
    hangs: list[Vector] = field(default_factory=list)
    parts: list = field(default_factory=list)

    def move(self, matrix: Matrix) -> None:
        """Carry the whole piece somewhere else."""
        for part in self.parts:
            part.matrix_world = matrix @ part.matrix_world
        self.hangs = [matrix @ hang for hang in self.hangs]


def drop_to_stone(parts, above: float = 0.02) -> None:
    """Let the parts down together until the lowest touches the stone."""
    lowest = min((part.matrix_world @ v.co).z for part in parts for v in part.data.vertices)
    for part in parts:
        part.matrix_world = Matrix.Translation((0, 0, above - lowest)) @ part.matrix_world


def plate(
    name, rim: np.ndarray, thick, bevel, materials, *, dome=0.0, rings=24, middle=(0.0, 0.0), arch=None
):
    """A flat piece with the outline `rim` (counter-clockwise), its edges rounded, its face a little full.

    `materials` are (face, rest). `arch(x, y)` is the height of the face above its edge, in place of the dome.
    """
    along = np.roll(rim, -1, 0) - np.roll(rim, 1, 0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    inwards = np.stack([-along[:, 1], along[:, 0]], 1)
    bm = bmesh.new()
    reach = np.abs(rim).max()
    middle = np.array(middle)
    full = arch or (lambda x, y: dome * (1 - (x * x + y * y) / reach**2))
    loops = []

    def kept(points):
        """Where a point at a tip, moved inwards, would cross the middle line, it stays on it."""
        return np.stack([np.where(points[:, 0] * rim[:, 0] < 0, 0, points[:, 0]), points[:, 1]], 1)

    def loop(points, height):
        lift = 0.0
        made = []
        for x, y in kept(points):
            if height > thick / 2:
                lift = full(x, y)
            made.append(bm.verts.new((x, y, height + lift)))
        loops.append(made)

    steps = 6
    for k in range(steps + 1):
        a = math.pi / 2 * (k / steps - 1)
        loop(rim + inwards * bevel * (1 - math.cos(a)), bevel * (1 + math.sin(a)))
    for k in range(steps + 1):
        a = math.pi / 2 * k / steps
        loop(rim + inwards * bevel * (1 - math.cos(a)), thick - bevel + bevel * math.sin(a))
    edge = kept(rim + inwards * bevel)
    first_face = len(loops)
    for q in range(1, rings):
        loop(edge + (middle - edge) * q / rings, thick)
    count = len(rim)
    for number, (one, two) in enumerate(itertools.pairwise(loops)):
        for j in range(count):
            made = bm.faces.new((one[j], one[(j + 1) % count], two[(j + 1) % count], two[j]))
            made.material_index = 0 if number >= first_face - 1 else 1
    bm.faces.new(loops[-1]).material_index = 0
    bm.faces.new(list(reversed(loops[0]))).material_index = 1
    made = solid(name, bm, materials, 60)
    facing(made.data, first_face * count, full)
    return made


def facing(mesh, start: int, arch, step: float = 0.02) -> None:
    """Let an arched face mirror as its formula says, from vertex `start` on: no facet of it shows."""
    known = {}
    for number in range(start, len(mesh.vertices)):
        x, y, _ = mesh.vertices[number].co
        rise = (arch(x - step, y) - arch(x + step, y), arch(x, y - step) - arch(x, y + step), 2 * step)
        known[number] = Vector(rise).normalized()
    # Where nothing is said, Blender keeps its own.
    mesh.normals_split_custom_set([known.get(corner.vertex_index, (0, 0, 0)) for corner in mesh.loops])


def washer(name, inner, outer, thick, bevel, materials, crown=0.0):
    """A flat ring: (face, rest) as for a plate; its upper side is the face, `crown` higher in its middle."""
    steps, round_, across = 256, 5, 9
    profile = []
    corners = ((outer - bevel, thick - bevel, 0), (inner + bevel, thick - bevel, 90))
    corners += ((inner + bevel, bevel, 180), (outer - bevel, bevel, 270))
    for r, z, start in corners:
        turns = [math.radians(start + 90 * k / round_) for k in range(round_ + 1)]
        profile += [(r + bevel * math.cos(a), z + bevel * math.sin(a)) for a in turns]
        if start == 0:
            for k in range(1, across):
                share = k / across
                across_at = outer - bevel + (inner - outer + 2 * bevel) * share
                profile.append((across_at, thick + crown * 4 * share * (1 - share)))
    bm = bmesh.new()
    rings = []
    for j in range(steps):
        t = 2 * math.pi * j / steps
        rings.append([bm.verts.new((r * math.cos(t), r * math.sin(t), z)) for r, z in profile])
    for one, two in zip(rings, rings[1:] + rings[:1], strict=True):
        for k in range(len(profile)):
            m = (k + 1) % len(profile)
            made = bm.faces.new((one[k], one[m], two[m], two[k]))
            made.material_index = 0 if round_ <= k < round_ + across else 1
    return solid(name, bm, materials, 50)


def circle(radius: float, count: int = 288) -> np.ndarray:
    """A round outline."""
    turns = np.arange(count) * 2 * np.pi / count
    return np.stack([np.cos(turns), np.sin(turns)], 1) * radius


def rounded(points: Sequence, count: int, spread: float) -> np.ndarray:
    """An outline with evenly spaced points whose corners are softened by `spread` mm."""
    points = np.array(points, float)
    if (points[:, 0] * np.roll(points[:, 1], -1) - np.roll(points[:, 0], -1) * points[:, 1]).sum() < 0:
        points = points[::-1]
    steps = np.linalg.norm(np.roll(points, -1, 0) - points, axis=1)
    at = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, at[-1], count * 8, endpoint=False)
    dense = np.stack([np.interp(even, at, np.append(points[:, i], points[0, i])) for i in (0, 1)], 1)
    dense = gaussian_filter1d(dense, spread / (at[-1] / len(even)), axis=0, mode="wrap")
    return dense[::8]


def softened(rim: np.ndarray, wide: float, high: float) -> np.ndarray:
    """An outline that softening has drawn in, brought back to its size."""
    low, up = rim.min(0), rim.max(0)
    return (rim - (low + up) / 2) * np.array([wide, high]) / (up - low)


def eye(metal, at, radius=1.12, wire=0.33, lean=0.0):
    """The small loop soldered to a pendant."""
    return torus("eye", radius, wire, metal, Matrix.Translation(at) @ Matrix.Rotation(lean, 4, "Y"))


def bail(metal, start: Vector, length: float, deep: float, turn=0.0, top=1.45, foot=0.62, thick=0.36):
    """The tapered strap that carries a pendant: from `start` it goes `length` mm along y, turned about z."""
    points, widths = [], []
    count = 84
    for k in range(count):
        a = 2 * math.pi * k / count
        up = math.cos(a) * 0.5 + 0.5
        points.append(Vector((0, length * up, deep * (0.55 + 0.45 * up) * math.sin(a))))
        widths.append(foot + (top - foot) * up**0.9)
    bm = sweep(
        points, Vector((1, 0, 0)), lambda i: [(v, u) for u, v in oval_profile(widths[i], thick)], closed=True
    )
    made = solid("bail", bm, [metal], 180)
    made.matrix_world = Matrix.Translation(start) @ Matrix.Rotation(turn, 4, "Z")
    return made


def hung(piece: Piece, metal, top: Vector, *, lean=0.0):
    """Eye and bail above the point `top` of a pendant's edge; the chain goes through the bail."""
    piece.parts.append(eye(metal, top + Vector((0, 0.82, 0)), lean=lean))
    start = top + Vector((0, 1.0, 0.62))
    piece.parts.append(bail(metal, start, 4.3, 0.98))
    piece.hangs.append(start + Vector((0, 3.55, 0.0)))


def heart(metals) -> Piece:
    """A soft heart, 1.2 mm thick."""
    area = areas("heart")["front"]
    rim = softened(rounded(outline(area)[0], 420, 1.25), 15.0, 14.0)
    body = plate("heart", rim, 1.2, 0.42, [metals("front"), metals(None)], dome=0.34, middle=(0, 1.0))
    made = Piece({"front": Face(body, 1.3)}, parts=[body])
    hung(made, metals(None), Vector((0, 4.55, 0.6)))
    return made


def disc(metals) -> Piece:
    """A round of 16 mm, 1 mm thick."""
    body = plate("disc", circle(8.0), 1.0, 0.26, [metals("front"), metals(None)], dome=0.15)
    made = Piece({"front": Face(body, 1.06)}, parts=[body])
    hung(made, metals(None), Vector((0, 7.85, 0.5)))
    return made


def petal(metals) -> Piece:
    """A brushed drop, 1.4 mm at its fullest."""
    t = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    half = np.abs(np.sin(t / 2)) ** 1.35
    shape = np.stack([np.sin(t) * half, np.cos(t)], 1)
    shape = rounded(shape, 420, 0.012)
    shape *= np.array([9.0, 16.0]) / (shape.max(0) - shape.min(0))
    shape -= (shape.max(0) + shape.min(0)) / 2
    right = shape[shape[:, 0] >= 0]
    right = right[np.argsort(right[:, 1])]

    def arch(x, y):
        half_width = max(float(np.interp(y, right[:, 1], right[:, 0])), 0.05)
        full = min(half_width / 4.5, 1.0)
        return 0.8 * full**0.9 * max(1 - x * x / (half_width**2 + 0.8), 0)

    body = plate(
        "petal",
        shape,
        0.6,
        0.2,
        [metals("front"), metals(None)],
        middle=(0, -2.6),
        rings=40,
        arch=arch,
    )
    made = Piece(parts=[body])
    hung(made, metals(None), Vector((0, 7.75, 0.4)))
    return made


def thread(metals) -> Piece:
    """A slim bar with a loop at each end."""
    area = areas("thread")["front"]
    rim = rounded(outline(area)[0], 700, 0.22)
    body = plate(
        "thread",
        rim,
        1.2,
        0.24,
        [metals("front"), metals(None)],
        arch=lambda x, y: 0.10 * (1 - (y / 2.5) ** 2) + 0.06 * (1 - (x / 15) ** 2),
    )
    made = Piece({"front": Face(body, 1.22)}, parts=[body])
    for side in (-1, 1):
        made.parts.append(eye(metals(None), Vector((side * 15.62, 0, 0.6)), 0.78, 0.25))
        jump = (
            Matrix.Translation((side * 16.75, 0.12, 0.78))
            @ Euler((math.radians(62), 0, 0.2 * side)).to_matrix().to_4x4()
        )
        made.parts.append(torus("jump", 0.98, 0.19, metals(None), jump))
        made.hangs.append(Vector((side * 17.6, 0.4, 0.75)))
    return made


def two_rings(metals) -> Piece:
    """Two flat rings, each through the other.

    Lying so, each leans about the line through both middles just enough to pass over one crossing and
    under the other: 1.3 mm of metal needs about 8.4 degrees at this distance.
    """
    sides = areas("two-rings")
    thick, apart, lean, line = 1.3, 7.4, math.radians(8.3), math.radians(-28)
    along = Vector((math.cos(line), math.sin(line), 0))
    made = Piece()
    middle = {"large": Vector((0, 0, 0)), "small": along * apart}
    words_at = {"large": math.radians(160), "small": math.radians(43)}
    for key, sign in (("large", -1), ("small", 1)):
        whole = band(sides[key])
        body = washer(key, whole.inner, whole.outer, thick, 0.24, [metals(key), metals(None)], 0.07)
        level = Matrix.Translation((0, 0, -thick / 2))
        body.matrix_world = (
            Matrix.Translation(middle[key])
            @ Matrix.Rotation(sign * lean, 4, along)
            @ Matrix.Rotation(words_at[key] - math.pi / 2, 4, "Z")
            @ level
        )
        made.faces[key] = Face(body, thick)
        made.parts.append(body)
    drop_to_stone(made.parts)
    large = made.faces["large"].thing
    at = math.radians(76)
    whole = band(sides["large"])
    where = (
        large.matrix_world
        @ Matrix.Rotation(at - words_at["large"] + math.pi / 2, 4, "Z")
        @ Vector(((whole.inner + whole.outer) / 2, 0, thick / 2))
    )
    out = Vector((math.cos(at), math.sin(at), 0))
    start = where - out * 1.75
    made.parts.append(bail(metals(None), start, 6.4, 1.5, turn=at - math.pi / 2, top=1.7, foot=1.05))
    made.hangs.append(start + out * 5.6 + Vector((0, 0, -0.25)))
    return made


def keeping(metals, *, rise=(1.6, 2.3)) -> Piece:
    """Two discs on a hinge, open like a book; `rise` is how far each leaf stands up, in degrees."""
    made = Piece()
    reach, pin = 9.0, 0.68
    for key, sign, up in (("left", -1, rise[0]), ("right", 1, rise[1])):
        body = plate(key, circle(reach), 1.0, 0.18, [metals(key), metals(None)], dome=0.10)
        hinge = Vector((sign * (reach + pin * 0.6), 0, 0))
        turn = Matrix.Translation((0, 0, 1.0)) @ Matrix.Rotation(-sign * math.radians(up), 4, "Y")
        body.matrix_world = turn @ Matrix.Translation(hinge + Vector((0, 0, -1.0)))
        made.faces[key] = Face(body, 1.03)
        made.parts.append(body)
        for y in (-3.0, 0.0, 3.0) if key == "left" else (-1.5, 1.5):
            made.parts.append(_knuckle(metals(None), Vector((0, y, 1.0)), pin))
            arm = plate("arm", _bar(2.6, 1.38), 0.7, 0.14, [metals(None), metals(None)])
            arm.matrix_world = turn @ Matrix.Translation((sign * 1.2, y, -0.85))
            made.parts.append(arm)
    made.parts += _hinge_pin(metals(None), Vector((0, 0, 1.0)), 4.45)
    left = made.faces["left"].thing
    up = Piece()
    hung(up, metals(None), Vector((0, reach - 0.15, 0.5)))
    up.move(left.matrix_world)
    made.parts += up.parts
    made.hangs += up.hangs
    shift = -min((p.matrix_world @ v.co).z for p in made.parts[:2] for v in p.data.vertices) + 0.02
    made.move(Matrix.Translation((0, 0, shift)))
    return made


def keeping_closed(metals) -> Piece:
    """Keeping shut: nothing to read."""
    made = Piece()
    for key, z in (("left", 0.0), ("right", 1.04)):
        body = plate(key, circle(9.0), 1.0, 0.2, [metals(None), metals(None)], dome=0.10 if z else 0.0)
        body.matrix_world = Matrix.Translation((0, 0, z))
        made.parts.append(body)
    for y in (-3.0, -1.5, 0.0, 1.5, 3.0):
        made.parts.append(_knuckle(metals(None), Vector((9.3, y, 1.0)), 0.68))
    made.parts += _hinge_pin(metals(None), Vector((9.3, 0, 1.0)), 4.45)
    hung(made, metals(None), Vector((0, 8.85, 0.6)))
    return made


def _knuckle(metal, at: Vector, radius: float):
    """One of the five short tubes of a hinge, along y."""
    half = Vector((0, 0.71, 0))
    return rod("knuckle", at - half, at + half, radius, metal, 0.12)


def _hinge_pin(metal, at: Vector, half: float) -> list:
    """The pin through the knuckles, both its ends riveted over."""
    reach = Vector((0, half, 0))
    made = [rod("pin", at - reach, at + reach, 0.30, metal, 0.05)]
    for sign in (-1, 1):
        head = at + sign * (reach - Vector((0, 0.42, 0)))
        made.append(rod("head", head, head + sign * Vector((0, 0.44, 0)), 0.46, metal, 0.2))
    return made


def _bar(long: float, high: float) -> np.ndarray:
    return rounded(
        [(-long / 2, -high / 2), (long / 2, -high / 2), (long / 2, high / 2), (-long / 2, high / 2)], 80, 0.08
    )


BUILDERS = {
    "heart": heart,
    "two-rings": two_rings,
    "disc": disc,
    "thread": thread,
    "petal": petal,
    "keeping": keeping,
}
