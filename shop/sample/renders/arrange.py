"""How each picture is laid out: where the piece lies, how its chain runs, where the camera stands."""

import math

import light
import pieces
from mathutils import Matrix, Vector
from scale import lay_scale
from stand import Stand, card_for
from still import lay_box, lay_clasp
from worn import lay_worn

FRONT = {
    # width of the picture in mm; what it is centred on
    "heart": (23.8, (0.0, 1.7)),
    "two-rings": (34.6, (1.7, 0.9)),
    "disc": (25.4, (0.0, 2.0)),
    "thread": (35.6, (0.0, 3.2)),
    "petal": (19.4, (0.0, 2.5)),
    "keeping": (42, (0.0, 3.4)),
}
"""Of the square-on pictures."""

FRONT_TILT = 11.0
"""The square-on pictures lean so far that metal shows its thickness and the stone runs out of focus."""


def drape(stand: Stand, hang: Vector, *, mirrored=False, steep=1.0, seed=1):
    """A chain through a bail, running out of the picture above on both sides."""
    side = -1 if mirrored else 1
    x, y, z = hang
    arms = (
        (-38, 40, 0.45),
        (-24, 25, 0.45),
        (-13.5, 12.6, 0.45),
        (-6.4, 4.4, 0.6),
        (-2.2, 0.55, z * 0.8),
        (0, 0, z),
        (2.3, 0.6, z * 0.8),
        (7.0, 4.0, 0.6),
        (15.0, 11.2, 0.45),
        (26, 22.5, 0.45),
        (38, 37, 0.45),
    )
    stand.chain(*((x + side * a, y + b * steep, c) for a, b, c in arms), seed=seed)


def lay_front(stand: Stand):
    """Square on, alone, for words to be laid over."""
    shot = stand.shot
    piece = pieces.BUILDERS[shot.piece](stand.metals)
    wide, centre = FRONT[shot.piece]
    tilt = FRONT_TILT
    if shot.piece == "thread":
        for sign, hang in zip((-1, 1), piece.hangs, strict=True):
            stand.chain(
                (hang.x - sign * 0.3, hang.y, hang.z),
                (hang.x + sign * 0.25, hang.y + 1.3, 0.6),
                (hang.x - sign * 0.9, 7.0 + sign * 0.5, 0.45),
                (hang.x - sign * 4.6, 14.5 + sign, 0.45),
                (hang.x - sign * 9.4, 22.5, 0.45),
                (hang.x - sign * 12.5, 34, 0.45),
                seed=4 + sign,
            )
    else:
        for hang in piece.hangs:
            drape(stand, hang, mirrored=shot.piece in {"petal", "two-rings"}, seed=len(shot.piece))
    light.studio(stand.kind, tilt, centre=centre, **card_for(shot.piece))
    stand.camera((*centre, 1.0), wide, tilt, level=True, blur=4.0)
    return piece


ANGLE = {
    # width, target, tilt, the turn of the piece
    "heart": (27, (0.2, 2.2, 0.4), 36, -7),
    "two-rings": (37, (2.0, 1.2, 0.4), 36, 5),
    "disc": (29, (0.2, 2.2, 0.4), 36, -6),
    "thread": (43, (0.0, 4.2, 0.4), 38, -7),
    "petal": (22, (0.2, 3.2, 0.4), 38, -12),
    "keeping": (49, (0.3, 4.2, 1.5), 38, -5),
}


TILTED: dict[str, dict] = {"two-rings": {"shift": 0.35}}
"""What the graded card needs otherwise when faces lean to and from a tilted camera."""


def lay_angle(stand: Stand):
    """At an angle, with words."""
    shot = stand.shot
    build = pieces.BUILDERS[shot.piece]
    piece = build(stand.metals, rise=(0.5, 9)) if shot.piece == "keeping" else build(stand.metals)
    wide, target, tilt, turn = ANGLE[shot.piece]
    piece.move(Matrix.Rotation(math.radians(turn), 4, "Z"))
    if shot.piece == "thread":
        left, right = piece.hangs
        stand.chain(
            left,
            left + Vector((-0.6, 0.9, -0.2)),
            (-20, 7, 0.45),
            (-17.5, 15, 0.45),
            (-21, 25, 0.45),
            (-30, 38, 0.45),
            seed=2,
        )
        stand.chain(
            right,
            right + Vector((0.7, 0.8, -0.2)),
            (20.4, 4.5, 0.45),
            (16.2, 13.5, 0.45),
            (11.4, 23, 0.45),
            (13, 40, 0.45),
            (15, 60, 0.45),
            seed=3,
        )
    else:
        drape(stand, piece.hangs[0], seed=7)
    graded = card_for(shot.piece)
    graded |= TILTED.get(shot.piece, {})
    light.studio(stand.kind, tilt, centre=(0, 2), **graded)
    stand.camera(target, wide, tilt, focus=(0, -1, 1), blur=1.0)
    return piece


def lay_hero(stand: Stand):
    """Wide: the piece to one side, and bare stone where the heading stands."""
    shot = stand.shot
    piece = pieces.BUILDERS[shot.piece](stand.metals)
    if shot.piece == "two-rings":
        piece.move(Matrix.Rotation(math.radians(4), 4, "Z"))
        x, y, z = piece.hangs[0]
        stand.chain(
            *((-42, 52, 0.45), (-31, 36, 0.45), (-20, 22.5, 0.45), (-10, 9 + y * 0.35, 0.45)),
            *((x - 2.4, y + 0.7, z * 0.8), (x, y, z), (x + 2.4, y + 0.7, z * 0.8), (x + 9, y + 4.6, 0.5)),
            *((x + 17.5, y + 12, 0.45), (x + 25, y + 24, 0.45), (x + 30, y + 44, 0.45)),
            seed=5,
        )
        light.studio(stand.kind, 46, centre=(0, 2), **(card_for(shot.piece)))
        stand.camera((-14.0, 3.6, 0), 66, 46, focus=(0, -1, 1.5), blur=1.3)
    else:
        piece.move(Matrix.Rotation(math.radians(9), 4, "Z"))
        x, y, z = piece.hangs[0]
        stand.chain(
            *((x - 24, y + 40, 0.45), (x - 21, y + 22, 0.45), (x - 14, y + 10, 0.45)),
            *((x - 6, y + 3.2, 0.55), (x - 2.2, y + 0.5, z * 0.8), (x, y, z), (x + 2.2, y + 0.6, z * 0.8)),
            *((x + 7, y + 4.2, 0.5), (x + 17, y + 11, 0.45), (x + 30, y + 17, 0.45)),
            *((x + 46, y + 28, 0.45), (x + 60, y + 46, 0.45)),
            seed=6,
        )
        light.studio(
            stand.kind,
            44,
            centre=(0, 2),
            mirrored=True,
            **card_for(shot.piece),
        )
        stand.camera((14.5, 3.8, 0), 60, 44, focus=(0, -1, 1), blur=1.3)
    return piece


LAYOUTS = {
    "front": lay_front,
    "angle": lay_angle,
    "hero": lay_hero,
    "clasp": lay_clasp,
    "box": lay_box,
    "scale": lay_scale,
    "worn": lay_worn,
}
