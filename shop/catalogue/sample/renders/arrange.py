"""How each picture is laid out: the piece, its chain, the camera, the light."""

import math
from pathlib import Path

import bmesh
import bpy
import light
import materials
import pieces
from blend import solid
from mathutils import Matrix, Vector
from shots import Shot
from words import areas, groove

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

FRONT_TILT = {"two-rings": 0.0}
SPAN = {"heart": 15, "two-rings": 24, "disc": 16, "thread": 26, "petal": 10, "keeping": 34}
"""Over how many mm the light on the face changes."""

AIM = {"two-rings": 152.0}
CARD = {"two-rings": 260.0, "keeping": 200.0}
FACE = {"two-rings": 1.15, "keeping": 0.94}
LOW = {"two-rings": 0.26}
SHIFT = {"two-rings": 0.5}

STONE = {"heart": 0.13, "two-rings": 0.37, "disc": 0.55, "thread": 0.71, "petal": 0.88, "keeping": 0.29}


def card_for(piece: str) -> dict[str, float]:
    """The graded card that suits a piece's size, and how its faces lie."""
    return {
        "span": SPAN[piece],
        "aim": AIM.get(piece, 32.0),
        "size": CARD.get(piece, 140.0),
        "face": FACE.get(piece, 1.0),
        "low": LOW.get(piece, 0.38),
        "shift": SHIFT.get(piece, 0.0),
    }


class Stand:
    """One picture being laid out."""

    def __init__(self, shot: Shot, stone: Path):
        self.shot = shot
        self.kind = materials.METALS[shot.metal]
        self.plain = materials.metal(self.kind, "plain", rough=0.12)
        self.brush = materials.strokes() if shot.piece == "petal" else None
        self.stone = stone
        self.ground()

    def ground(self):
        """The stone, another part of it for each picture."""
        shift = STONE[self.shot.piece] + {"front": 0, "back": 0.41, "angle": 0.23, "clasp": 0.6}.get(self.shot.kind, 0.8)
        bm = bmesh.new()
        bmesh.ops.create_grid(bm, x_segments=1, y_segments=1, size=400)
        stone = materials.limestone(self.stone, (shift, shift * 1.7), 0.3 + shift)
        solid("stone", bm, [stone], 180)

    def metals(self, side):
        """The material of a side (with its words, if the shot has any), or of everything else."""
        if side is None:
            return self.plain
        if self.brush:
            return materials.metal(self.kind, "brushed", brush=self.brush)
        # The square-on faces are a little softer, so that words laid over them read everywhere.
        rough = 0.14 if self.shot.kind in {"front", "back"} and self.shot.piece != "two-rings" else 0.10
        words = self.shot.words.get(side)
        if not words:
            return materials.metal(self.kind, side, rough=rough)
        area = areas(self.shot.piece)[side]
        across = area.width_mm + 0.4
        # The ring's letters are small and fine: a shallower, steeper cut keeps them dark.
        cut = groove(area, *words, across, wall=0.075 if area.shape == "ring" else 0.16)
        return materials.metal(self.kind, side, rough=rough, groove=cut, across_mm=across)

    def chain(self, *points, seed=1):
        """A chain of this shot's metal."""
        pieces.chain(self.plain, points, seed=seed)

    def camera(self, target, wide, tilt, *, lens=120.0, level=False, focus=None, blur=0.9, azimuth=0.0):
        """A camera `tilt` degrees from straight above that sees `wide` mm across at the target."""
        data = bpy.data.cameras.new("camera")
        eye = bpy.data.objects.new("camera", data)
        bpy.context.scene.collection.objects.link(eye)
        bpy.context.scene.camera = eye
        data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", 36, lens
        data.clip_end = 3000
        t = math.radians(tilt)
        turn = Matrix.Rotation(math.radians(azimuth), 3, "Z")
        away = turn @ Vector((0, -math.sin(t), math.cos(t)))
        if level:
            data.type, data.ortho_scale = "ORTHO", wide
            eye.location = Vector(target) + away * 250
        else:
            far = wide * lens / 36
            eye.location = Vector(target) + away * far
            data.dof.use_dof = True
            data.dof.focus_distance = (Vector(focus or target) - eye.location).dot(-away)
            # The lens opening in mm: its radius is what `blur` says.
            data.dof.aperture_fstop = max(lens * 1e-3 / (2 * blur), 0.01)
        eye.rotation_euler = (turn.to_4x4() @ Matrix.Rotation(t, 4, "X")).to_euler()
        return eye


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
    """Square on, alone, for words to be laid over; and the same from behind."""
    shot = stand.shot
    back = shot.kind == "back"
    piece = pieces.BUILDERS[shot.piece](stand.metals)
    wide, centre = FRONT[shot.piece]
    tilt = FRONT_TILT.get(shot.piece, 6.0)
    if shot.piece == "thread":
        side = -1 if back else 1
        for sign, hang in zip((-1, 1), piece.hangs, strict=True):
            sway = side * sign
            stand.chain(
                (hang.x - sign * 0.3, hang.y, hang.z),
                (hang.x + sign * 0.25, hang.y + 1.3, 0.6),
                (hang.x - sign * 0.9, 7.0 + sway * 0.5, 0.45),
                (hang.x - sign * 4.6, 14.5 + sway, 0.45),
                (hang.x - sign * 9.4, 22.5, 0.45),
                (hang.x - sign * 12.5, 34, 0.45),
                seed=4 + sign,
            )
    else:
        for hang in piece.hangs:
            drape(stand, hang, mirrored=back or shot.piece in {"petal", "two-rings"}, seed=len(shot.piece))
    light.studio(stand.kind, tilt, centre=centre, mirrored=back, **card_for(shot.piece))
    stand.camera((*centre, 0.8), wide, tilt, level=True)
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


def lay_angle(stand: Stand):
    """At an angle, with words."""
    shot = stand.shot
    build = pieces.BUILDERS[shot.piece]
    piece = build(stand.metals, rise=(0.5, 9)) if shot.piece == "keeping" else build(stand.metals)
    wide, target, tilt, turn = ANGLE[shot.piece]
    piece.move(Matrix.Rotation(math.radians(turn), 4, "Z"))
    if shot.piece == "thread":
        left, right = piece.hangs
        stand.chain(left, left + Vector((-0.6, 0.9, -0.2)), (-20, 7, 0.45), (-17.5, 15, 0.45), (-21, 25, 0.45), (-30, 38, 0.45), seed=2)
        stand.chain(right, right + Vector((0.7, 0.8, -0.2)), (20.4, 4.5, 0.45), (16.2, 13.5, 0.45), (11.4, 23, 0.45), (13, 40, 0.45), (15, 60, 0.45), seed=3)
    else:
        drape(stand, piece.hangs[0], seed=7)
    graded = card_for(shot.piece)
    if shot.piece == "keeping":
        graded |= {"face": 1.08, "shift": 0.55}
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
            (-42, 52, 0.45), (-31, 36, 0.45), (-20, 22.5, 0.45), (-10, 9 + y * 0.35, 0.45), (x - 2.4, y + 0.7, z * 0.8),
            (x, y, z), (x + 2.4, y + 0.7, z * 0.8), (x + 9, y + 4.6, 0.5), (x + 17.5, y + 12, 0.45), (x + 25, y + 24, 0.45), (x + 30, y + 44, 0.45), seed=5,
        )  # fmt: skip
        light.studio(stand.kind, 46, centre=(0, 2), **card_for(shot.piece))
        stand.camera((-14.0, 3.6, 0), 66, 46, focus=(0, -1, 1.5), blur=1.3)
    else:
        piece.move(Matrix.Rotation(math.radians(9), 4, "Z"))
        x, y, z = piece.hangs[0]
        stand.chain(
            (x - 24, y + 40, 0.45), (x - 21, y + 22, 0.45), (x - 14, y + 10, 0.45), (x - 6, y + 3.2, 0.55), (x - 2.2, y + 0.5, z * 0.8),
            (x, y, z), (x + 2.2, y + 0.6, z * 0.8), (x + 7, y + 4.2, 0.5), (x + 17, y + 11, 0.45), (x + 30, y + 17, 0.45), (x + 46, y + 28, 0.45), (x + 60, y + 46, 0.45), seed=6,
        )  # fmt: skip
        light.studio(stand.kind, 44, centre=(0, 2), mirrored=True, **(card_for(shot.piece) | {"face": 0.88, "shift": 0.45}))
        stand.camera((14.5, 3.8, 0), 60, 44, focus=(0, -1, 1), blur=1.3)
    return piece


def lay_clasp(stand: Stand):
    """The back of the piece, and the clasp, in one picture."""
    shot = stand.shot
    build = pieces.keeping_closed if shot.piece == "keeping" else pieces.BUILDERS[shot.piece]
    piece = build(stand.metals)
    small = {"thread": 1.18, "two-rings": 1.08}.get(shot.piece, 1.0)
    wide = 42 * small
    turn = {"thread": 24, "two-rings": -10}.get(shot.piece, 17)
    spot = {"thread": (-2.8, -10, 0), "two-rings": (-8.5, -9, 0)}.get(shot.piece, (-6.5, -8.0, 0))
    piece.move(Matrix.Translation(spot) @ Matrix.Rotation(math.radians(turn), 4, "Z"))
    start, end = pieces.clasp(stand.plain, Vector((9.0, 16.5, 0.0)), math.radians(-24))
    hang = piece.hangs[-1]
    if shot.piece == "thread":
        first = piece.hangs[0]
        stand.chain(first, first + Vector((-1.2, 0.2, -0.2)), (first.x - 5.5, first.y + 4, 0.45), (-24, -2, 0.45), (-29, 14, 0.45), seed=8)
        stand.chain(hang, hang + Vector((1.0, 0.8, -0.2)), (15.5, 2.0, 0.45), (14.8, 8.0, 0.45), (6.0, 9.6, 0.45), (-2.5, 13.6, 0.45), (-2.2, 18.6, 0.45), start - Vector((1.3, -0.5, 0)), start, seed=9)
    else:
        x, y, z = hang
        stand.chain((-34, 24, 0.45), (-25, 16.5, 0.45), (-17.5, 8.5, 0.45), (x - 3.2, y + 1.6, 0.55), (x - 1.6, y + 0.2, z * 0.8), (x, y, z), (x + 2.0, y + 0.2, z * 0.8), (x + 7.2, y - 0.2, 0.45), (9.0, y + 3.4, 0.45), (4.4, y + 8.0, 0.45), (-3.2, 15.0, 0.45), (-3.4, 20.2, 0.45), start - Vector((1.4, -0.6, 0)), start, seed=8)
    stand.chain(end, end + Vector((1.2, -0.4, -0.1)), (24, 11.5, 0.45), (33, 13, 0.45), (44, 20, 0.45), seed=11)
    graded = card_for(shot.piece)
    graded["shift"] += 0.35
    light.studio(stand.kind, 33, centre=spot[:2], **graded)
    stand.camera((0.8, 3.4, 0.4), wide, 33, focus=(2, 4, 0.8), blur=0.9)
    return piece


def lay_box(stand: Stand):
    """The box it comes in, open, the disc on its pad, a card with nothing written on it yet."""
    linen = materials.linen()
    pad = materials.paper((0.70, 0.655, 0.575), 0.95, 0.10)
    card = materials.paper((0.84, 0.815, 0.765), 0.8, 0.03)

    def block(at, size, material, soft=0.5, turn=0.0, lean=0.0):
        bm = bmesh.new()
        bmesh.ops.create_cube(bm, size=1)
        for v in bm.verts:
            v.co = Vector(c * s for c, s in zip(v.co, size, strict=True))
        bmesh.ops.bevel(bm, geom=bm.edges[:], offset=soft, segments=4, profile=0.5, affect="EDGES", clamp_overlap=True)
        made = solid("block", bm, [material], 60)
        made.matrix_world = Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation(at) @ Matrix.Rotation(lean, 4, "X")
        return made

    half, wall, high = 32.0, 1.6, 17.0
    box_turn = math.radians(9)
    for x, y, sx, sy in ((0, half, 2 * half + wall, wall), (0, -half, 2 * half + wall, wall), (half, 0, wall, 2 * half - wall), (-half, 0, wall, 2 * half - wall)):
        block((x, y, high / 2), (sx, sy, high), linen, 0.35, box_turn)
    block((0, 0, 6.0), (2 * half - wall - 0.5, 2 * half - wall - 0.5, 12.0), pad, 1.2, box_turn)
    # The lid leans on the box's far right; the card lies in front of it.
    lid_turn = math.radians(-17)
    for at, size in (
        ((62, 34, 10.4), (68, 68, 1.6)),
        ((62, 68, 5.2), (68, 1.6, 10.4)),
        ((62, 0.0, 5.2), (68, 1.6, 10.4)),
        ((28.4, 34, 5.2), (1.6, 68, 10.4)),
        ((95.6, 34, 5.2), (1.6, 68, 10.4)),
    ):
        block(at, size, linen, 0.4, lid_turn)
    block((-10, -58, 0.45), (58, 36, 0.5), card, 0.12, math.radians(-7))

    piece = pieces.disc(stand.metals)
    piece.move(Matrix.Rotation(box_turn + math.radians(2), 4, "Z") @ Matrix.Translation((0, -9.0, 12.05)))
    x, y, z = piece.hangs[0]
    turn = Matrix.Rotation(box_turn, 3, "Z")

    def on_pad(a, b, c=12.45):
        return turn @ Vector((a, b, c))

    stand.chain(on_pad(-21, 27, 11.4), on_pad(-20.5, 25.5, 12.6), on_pad(-14, 14.5), on_pad(-6, 6.6), Vector((x - 2.2, y + 0.5, z - 0.2)), Vector((x, y, z)), Vector((x + 2.2, y + 0.6, z - 0.2)), on_pad(6.6, 6.8), on_pad(14, 15), on_pad(20.5, 25.5, 12.6), on_pad(21, 27, 11.4), seed=12)
    light.studio(stand.kind, 40, centre=(0, -4), key=1.0, low=0.4)
    light.card((-150, 90, 170), (0, 0, 0), 110, 110, 4.0, (1, 0.968, 0.93))
    stand.camera((7, -6, 5), 122, 40, lens=105, focus=(0, -8, 12), blur=1.7)
    return piece


LAYOUTS = {
    "front": lay_front,
    "back": lay_front,
    "angle": lay_angle,
    "hero": lay_hero,
    "clasp": lay_clasp,
    "box": lay_box,
}
