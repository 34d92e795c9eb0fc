"""Plates, rings and outlines in true millimetres, of which pieces and what lies beside them are made."""

import itertools
import math
from collections.abc import Sequence

import bmesh
import numpy as np
from blend import solid
from mathutils import Vector
from scipy.ndimage import gaussian_filter1d


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
