"""The six pieces in true millimetres, lying on the plane z = 0.

A builder returns a `Piece`: where its words lie, and where the chain goes through.
"""

import math
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from blend import torus
from fittings import bail, eye, hinge_pin, knuckle
from mathutils import Euler, Matrix, Vector
from shapes import circle, plate, rounded, softened, washer
from words import areas

from shop.engraving.areas import band, outline
from shop.frozen import frozen


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
        middle=np.stack([np.clip(rim[:, 0], -12.4, 12.4), 0 * rim[:, 1]], 1),
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


@frozen
class Linked:
    """How two rings lie: mm between their middles; degrees of each one's lean, of the line, of the bail."""

    apart: float
    lean: float
    line: float
    bail: float


LYING = Linked(7.4, 8.3, -28, 76)
HUNG = Linked(10.3, 12.6, -90, 90)
"""The small ring hangs in the large one, and both turn a little to either side."""


def two_rings(metals, *, how=LYING) -> Piece:
    """Two flat rings, each through the other.

    Each leans about the line through both middles just enough to pass over one crossing and
    under the other: 1.3 mm of metal needs about 8.4 degrees at 7.4 mm, and more the further they are apart.
    """
    sides = areas("two-rings")
    thick, apart, lean, line = 1.3, how.apart, math.radians(how.lean), math.radians(how.line)
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
    at = math.radians(how.bail)
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
            made.parts.append(knuckle(metals(None), Vector((0, y, 1.0)), pin))
            arm = plate("arm", _bar(2.6, 1.38), 0.7, 0.14, [metals(None), metals(None)])
            arm.matrix_world = turn @ Matrix.Translation((sign * 1.2, y, -0.85))
            made.parts.append(arm)
    made.parts += hinge_pin(metals(None), Vector((0, 0, 1.0)), 4.45)
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
        made.parts.append(knuckle(metals(None), Vector((9.3, y, 1.0)), 0.68))
    made.parts += hinge_pin(metals(None), Vector((9.3, 0, 1.0)), 4.45)
    hung(made, metals(None), Vector((0, 8.85, 0.6)))
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

HANGING = BUILDERS | {"two-rings": partial(two_rings, how=HUNG), "keeping": keeping_closed}
"""The pieces as they hang when they are worn."""
