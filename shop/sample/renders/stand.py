"""One picture being laid out: its materials, its stone, its camera, its light."""

import math
from pathlib import Path

import bmesh
import bpy
import chain
import materials
from blend import solid
from mathutils import Matrix, Vector
from shots import Shot
from words import areas, groove

SPAN = {"heart": 44, "two-rings": 56, "disc": 34, "thread": 36, "petal": 60, "keeping": 34}
"""How many mm of the graded card the face mirrors: its own width, and more the fuller it is."""

STONE = {"heart": 0.13, "two-rings": 0.37, "disc": 0.55, "thread": 0.71, "petal": 0.88, "keeping": 0.29}


AIM = {"petal": -20.0, "thread": -14.0}
FACE = {}
SHIFT = {"disc": -0.16, "thread": 0.2}
KEY = {"petal": 0.13}
"""A brushed face shows the window as a broad glare: there it is dimmed."""


def card_for(piece: str) -> dict[str, float]:
    """The graded card that suits a piece's size, and how its faces lie."""
    return {
        "span": SPAN[piece],
        "aim": AIM.get(piece, -38.0),
        "face": FACE.get(piece, 1.0),
        "shift": SHIFT.get(piece, 0.0),
        "key": KEY.get(piece, 1.0),
    }


LIES_ON = {"angle": "linen", "clasp": "linen", "scale": "linen", "box": "slate"}
"""The stone, unless another surface is named for the kind of picture."""


class Stand:
    """One picture being laid out."""

    def __init__(self, shot: Shot, stone: Path):
        self.shot = shot
        self.kind = materials.METALS[shot.metal]
        self.plain = materials.metal(self.kind, "plain", rough=0.09)
        # Worn, its strokes are finer than a pixel, and the denoiser would make patches of them.
        self.brush = materials.strokes() if shot.piece == "petal" and shot.kind != "worn" else None
        self.stone = stone
        self.ground()

    def ground(self):
        """What the piece lies on, another part of it for each picture."""
        shift = STONE[self.shot.piece] + {"front": 0, "angle": 0.23, "clasp": 0.6}.get(self.shot.kind, 0.8)
        bm = bmesh.new()
        bmesh.ops.create_grid(bm, x_segments=1, y_segments=1, size=400)
        made = materials.baked(
            self.stone, LIES_ON.get(self.shot.kind, "stone"), (shift, shift * 1.7), 0.3 + shift
        )
        table = solid("table", bm, [made], 180)
        table["ground"] = "table"
        # Behind a bust it is a wall.
        table.location.z = -150.0 if self.shot.kind == "worn" else 0.0

    def metals(self, side):
        """The material of a side (with its words, if the shot has any), or of everything else."""
        if side is None:
            return self.plain
        if self.shot.piece == "petal":
            return materials.metal(self.kind, "brushed", rough=0.16, brush=self.brush)
        rough = 0.065
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
        chain.chain(self.plain, points, seed=seed)

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
            data.dof.use_dof, data.dof.focus_distance = True, 250
            data.dof.aperture_fstop = 1 / (2 * blur)
        else:
            far = wide * lens / 36
            eye.location = Vector(target) + away * far
            data.dof.use_dof = True
            data.dof.focus_distance = (Vector(focus or target) - eye.location).dot(-away)
            # The lens opening in mm: its radius is what `blur` says.
            data.dof.aperture_fstop = max(lens * 1e-3 / (2 * blur), 0.01)
        eye.rotation_euler = (turn.to_4x4() @ Matrix.Rotation(t, 4, "X")).to_euler()
        return eye
