"""The trace chain and its clasp, in true millimetres."""

import itertools
import math
import random

import bpy
import numpy as np
from blend import oval_profile, place, rod, round_profile, smooth_path, solid, sweep, torus
from mathutils import Matrix, Vector

LINK_LONG, LINK_HALF, LINK_WIRE = 0.68, 0.44, 0.172
"""Half the length and half the width of a link, to the middle of its wire, and the wire's radius."""


def chain(metal, points, *, seed: int = 1, start_turn: float = 0.0) -> Vector:
    """A trace chain along a curve: links a quarter turn apart, none lying quite like the last."""
    chance = random.Random(seed)
    path = smooth_path(points)
    wire = [Vector((x, y, 0)) for x, y in _link()]
    joint = len(wire) * 3 // 4

    def gauge(number):
        """The wire, a little stouter where the solder closed it."""
        return round_profile(LINK_WIRE * (1 + 0.16 * math.exp(-(((number - joint) / 1.3) ** 2))), 12)

    link = solid("link", sweep(wire, None, gauge, closed=True), [metal], 180)
    mesh = link.data
    bpy.data.objects.remove(link)
    at = [0.0]
    for one, two in itertools.pairwise(path):
        at.append(at[-1] + (two - one).length)
    at = np.array(at)

    def where(s):
        i = int(min(max(np.searchsorted(at, s) - 1, 0), len(path) - 2))
        return path[i].lerp(path[i + 1], (s - at[i]) / max(at[i + 1] - at[i], 1e-9))

    pitch = (LINK_LONG - LINK_WIRE) * 2 * 0.955
    s, number = 0.0, 0
    while s < at[-1]:
        along = (where(min(s + pitch / 2, at[-1])) - where(max(s - pitch / 2, 0))).normalized()
        side = Vector((0, 0, 1)).cross(along).normalized()
        up = along.cross(side)
        roll = start_turn + math.radians((46 if number % 2 else -44) + chance.gauss(0, 8))
        y = side * math.cos(roll) + up * math.sin(roll)
        turn = Matrix((along, y, along.cross(y))).transposed() @ Matrix.Rotation(
            chance.gauss(0, 0.045), 3, "Z"
        )
        jitter = Vector((chance.gauss(0, 0.015), chance.gauss(0, 0.015), chance.gauss(0, 0.02)))
        place(mesh, "link", Matrix.Translation(where(s) + jitter) @ turn.to_4x4())
        s += pitch
        number += 1
    return path[-1]


def _link(count: int = 44):
    straight = LINK_LONG - LINK_HALF
    for sign in (1, -1):
        for k in range(count // 2):
            a = math.pi * (k / (count // 2 - 1) - 0.5)
            yield (sign * (straight + LINK_HALF * math.cos(a)), sign * LINK_HALF * math.sin(a))


def clasp(metal, at: Vector, turn: float) -> tuple[Vector, Vector]:
    """A bolt ring through a tag ring, lying flat; returns where the two ends of the chain begin."""
    here = Matrix.Translation(at) @ Matrix.Rotation(turn, 4, "Z")

    def put(thing, matrix):
        thing.matrix_world = here @ matrix @ thing.matrix_world
        return thing

    # The bolt ring: a hollow ring, its spring tube a little stouter over a third, and the bolt's small knob.
    put(torus("bolt ring", 2.35, 0.42, metal, Matrix.Translation((0, 0, 0.58))), Matrix())
    arc = [
        Vector((2.35 * math.cos(a), 2.35 * math.sin(a), 0.58))
        for a in np.linspace(math.radians(105), math.radians(255), 48)
    ]
    put(
        solid(
            "tube",
            sweep(arc, None, lambda i: round_profile(0.53 if 0 < i < 47 else 0.47), closed=False),
            [metal],
            60,
        ),
        Matrix(),
    )
    out = Vector((math.cos(math.radians(118)), math.sin(math.radians(118)), 0))
    put(
        rod("knob", out * 2.5 + Vector((0, 0, 0.62)), out * 3.75 + Vector((0, 0, 0.80)), 0.30, metal),
        Matrix(),
    )
    put(
        torus("loop", 0.72, 0.22, metal, Matrix.Translation((-3.35, 0, 0.6)) @ Matrix.Rotation(0.5, 4, "X")),
        Matrix(),
    )
    put(
        torus(
            "jump", 0.85, 0.19, metal, Matrix.Translation((-4.55, 0.05, 0.75)) @ Matrix.Rotation(1.15, 4, "X")
        ),
        Matrix(),
    )
    # The tag: a small plate with two holes, as on the end of a good chain.
    count = 56
    tag = []
    for k in range(count):
        a = 2 * math.pi * k / count
        tag.append(
            (
                1.8 * math.copysign(abs(math.cos(a)) ** 0.8, math.cos(a)),
                0.9 * math.copysign(abs(math.sin(a)) ** 0.8, math.sin(a)),
            )
        )
    link = [Vector((x + 3.95, y, 0.0)) for x, y in tag]
    lean = Matrix.Translation((0, 0, 0.78)) @ Matrix.Rotation(0.16, 4, "Y")
    put(
        solid("tag ring", sweep(link, None, lambda _: oval_profile(0.56, 0.5, 4), closed=True), [metal], 180),
        lean,
    )
    put(
        torus("jump", 0.85, 0.19, metal, Matrix.Translation((6.2, 0, 0.62)) @ Matrix.Rotation(1.0, 4, "X")),
        Matrix(),
    )
    return here @ Vector((-5.4, 0.1, 0.6)), here @ Vector((7.05, 0, 0.6))
