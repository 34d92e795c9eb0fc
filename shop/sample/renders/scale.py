"""All six pieces in true size beside a penny, a finger ring and a steel ruler."""

import math

import bmesh
import bpy
import light
import materials
import numpy as np
import pieces
import shapes
from blend import Nodes, solid
from mathutils import Matrix, Vector
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from stand import Stand, card_for
from words import HERE

FONT = HERE.parents[1] / "engraving" / "faces" / "marcellus.ttf"
PENNY_MM, RING_MM = 20.3, 17.3
"""A penny, and the inside of a finger ring of a middle size."""
RULER_MM = (75.0, 11.0)
AIM = -38.0
"""The way the graded card goes, in degrees from right."""
PLACES = {
    "heart": (-27.5, 20.5, 0.0),
    "petal": (-11.5, 19.5, 0.0),
    "disc": (4.0, 20.5, 0.0),
    "keeping": (24.5, 19.5, 4.2),
    "two-rings": (-26.0, -4.0, 0.0),
    "thread": (15.5, 2.6, 4.4),
}
"""In mm, and by how many degrees a piece leans, so that it mirrors more than light: cloth is never level."""


def lay_scale(stand: Stand):
    """Seen straight, so that the ruler is true everywhere."""
    # So small, the strokes of a brush are finer than a pixel: the denoiser would make patches of them.
    satin = materials.metal(stand.kind, "brushed", rough=0.16)
    lean = Vector((math.sin(math.radians(AIM)), -math.cos(math.radians(AIM)), 0))
    for slug, (x, y, degrees) in PLACES.items():
        build = pieces.keeping_closed if slug == "keeping" else pieces.BUILDERS[slug]
        face = satin if slug == "petal" else None
        made = build(lambda side, face=face: face if face and side else stand.metals(side))
        made.move(Matrix.Translation((x, y, 0)) @ Matrix.Rotation(math.radians(degrees), 4, lean))
        pieces.drop_to_stone(made.parts)
    _penny(Vector((3.0, -13.0, 0)))
    _ring(stand, Vector((27.0, -13.5, 0)))
    _ruler(Vector((0, -30.6, 0)))
    light.studio(stand.kind, 6, **(card_for("disc") | {"span": 90.0, "aim": AIM}))
    stand.camera((0, -1.0, 0), 80, 6, level=True, blur=0.6)


def _drawn(wide: int, high: int, draw) -> np.ndarray:
    """What `draw` writes in white on black, row 0 at the bottom."""
    sheet = Image.new("L", (wide, high))
    draw(ImageDraw.Draw(sheet))
    return np.flipud(np.asarray(sheet, np.float32) / 255)


def _penny(at: Vector) -> None:
    """A copper coin, worn brown, with a raised rim, beads and its worth; the Mint's design is not copied."""
    size = 2048
    px = size / PENNY_MM

    def design(pen):
        middle = size / 2
        pen.ellipse([middle - 9.9 * px, middle - 9.9 * px, middle + 9.9 * px, middle + 9.9 * px], fill=255)
        pen.ellipse([middle - 9.2 * px, middle - 9.2 * px, middle + 9.2 * px, middle + 9.2 * px], fill=0)
        for k in range(72):
            x, y = (
                middle + 8.75 * px * math.cos(k * math.tau / 72),
                middle + 8.75 * px * math.sin(k * math.tau / 72),
            )
            pen.ellipse([x - 0.22 * px, y - 0.22 * px, x + 0.22 * px, y + 0.22 * px], fill=230)
        for words, high, y in (("1", 8.2, -1.2), ("PENNY", 2.7, 4.6)):
            pen.text(
                (middle, middle + y * px),
                words,
                fill=255,
                anchor="mm",
                font=ImageFont.truetype(FONT, high * px),
            )

    relief = gaussian_filter(_drawn(size, size, design), 5.0)
    made = bpy.data.materials.new("copper")
    n = Nodes(made)
    shader = n.add("ShaderNodeBsdfPrincipled", Metallic=1.0)
    n.feed(n.out.inputs[0], shader.outputs[0])
    height = n.image(
        materials.data_image("penny", relief),
        n.placed((1 / PENNY_MM, 1 / PENNY_MM, 1), (0.5, 0.5, 0)),
        clip=True,
    )
    stain = n.noise(n.placed((1, 1, 1)), 0.5, 4.0)
    n.feed(
        shader.inputs["Base Color"],
        n.mix(n.ramp(stain, 0.3, 0.75), (0.60, 0.30, 0.17, 1), (0.40, 0.19, 0.10, 1)),
    )
    n.feed(shader.inputs["Roughness"], n.ramp(height, 0.0, 1.0, 0.42, 0.26))
    n.feed(shader.inputs["Normal"], n.bump(height, 0.16, n.bump(stain, 0.02)))
    coin = shapes.plate("penny", shapes.circle(PENNY_MM / 2), 1.65, 0.22, [made, made])
    coin.matrix_world = Matrix.Translation(at) @ Matrix.Rotation(math.radians(-9), 4, "Z")


def _ring(stand: Stand, at: Vector) -> None:
    """A plain wedding ring of rounded section, lying on its side."""
    bm = bmesh.new()
    steps, inner, deep, high = 256, RING_MM / 2, 1.7, 3.0
    profile = [
        (inner + 0.25 * (1 - math.sin(a)), high / 2 + (high / 2) * math.cos(a))
        for a in np.linspace(math.pi, 0, 15)
    ]
    profile += [
        (inner + 0.25 + deep * math.sin(a), high / 2 + high / 2 * math.cos(a))
        for a in np.linspace(0, math.pi, 29)[1:-1]
    ]
    loops = [
        [bm.verts.new((r * math.cos(t), r * math.sin(t), z)) for r, z in profile]
        for t in np.arange(steps) * math.tau / steps
    ]
    for one, two in zip(loops, loops[1:] + loops[:1], strict=True):
        for k in range(len(profile)):
            m = (k + 1) % len(profile)
            bm.faces.new((one[k], one[m], two[m], two[k]))
    solid("finger ring", bm, [stand.plain], 180).matrix_world = Matrix.Translation(at)


def _ruler(at: Vector) -> None:
    """A steel ruler: a line a millimetre, etched black."""
    wide, high = RULER_MM
    px = 40

    def lines(pen):
        font = ImageFont.truetype(FONT, 3.0 * px)
        for k in range(int(wide) - 3):
            x, long = (2 + k) * px, 5.0 if k % 10 == 0 else 4.0 if k % 5 == 0 else 2.8
            pen.rectangle([x - 3, 0, x + 3, long * px], fill=255)
            if k % 10 == 0:
                pen.text(
                    (x + (0.9 * px if k == 0 else 0), 7.2 * px), f"{k}", fill=255, anchor="mm", font=font
                )
        pen.text((66 * px, 9.4 * px), "mm", fill=255, anchor="mm", font=ImageFont.truetype(FONT, 2.2 * px))

    ink = materials.data_image("ruler", gaussian_filter(_drawn(int(wide * px), int(high * px), lines), 1.0))
    made = bpy.data.materials.new("steel")
    n = Nodes(made)
    shader = n.add("ShaderNodeBsdfPrincipled", Metallic=1.0)
    n.feed(n.out.inputs[0], shader.outputs[0])
    black = n.image(ink, n.placed((1 / wide, 1 / high, 1), (0.5, 0.5, 0)), clip=True)
    n.feed(shader.inputs["Base Color"], n.mix(black, (0.62, 0.63, 0.64, 1), (0.02, 0.02, 0.022, 1)))
    n.feed(shader.inputs["Roughness"], 0.36)
    satin = n.noise(n.placed((0.05, 9, 1)), 1.0, 2.0)
    n.feed(shader.inputs["Normal"], n.bump(satin, 0.012))
    corners = [(x * wide / 2, y * high / 2) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    body = shapes.plate("ruler", shapes.rounded(corners, 900, 0.3), 0.9, 0.1, [made, made])
    body.matrix_world = Matrix.Translation(at)
