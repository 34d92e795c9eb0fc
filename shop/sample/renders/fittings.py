"""What holds a piece: eye, bail and hinge, in true millimetres."""

import math

from blend import oval_profile, rod, solid, sweep, torus
from mathutils import Matrix, Vector


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


def knuckle(metal, at: Vector, radius: float):
    """One of the five short tubes of a hinge, along y."""
    half = Vector((0, 0.71, 0))
    return rod("knuckle", at - half, at + half, radius, metal, 0.12)


def hinge_pin(metal, at: Vector, half: float) -> list:
    """The pin through the knuckles, both its ends riveted over."""
    reach = Vector((0, half, 0))
    made = [rod("pin", at - reach, at + reach, 0.30, metal, 0.05)]
    for sign in (-1, 1):
        head = at + sign * (reach - Vector((0, 0.42, 0)))
        made.append(rod("head", head, head + sign * Vector((0, 0.44, 0)), 0.46, metal, 0.2))
    return made
