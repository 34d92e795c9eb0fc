"""Two still lifes: the back of a piece with its clasp, and the box."""

import math

import bmesh
import chain
import light
import materials
import numpy as np
import pieces
import shapes
from blend import solid
from mathutils import Matrix, Vector
from scipy.ndimage import gaussian_filter1d
from stand import Stand, card_for


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
    start, end = chain.clasp(stand.plain, Vector((9.0, 16.5, 0.0)), math.radians(-24))
    hang = piece.hangs[-1]
    if shot.piece == "thread":
        first = piece.hangs[0]
        stand.chain(
            first,
            first + Vector((-1.2, 0.2, -0.2)),
            (first.x - 5.5, first.y + 4, 0.45),
            (-24, -2, 0.45),
            (-29, 14, 0.45),
            seed=8,
        )
        stand.chain(
            hang,
            hang + Vector((1.0, 0.8, -0.2)),
            (15.5, 2.0, 0.45),
            (14.8, 8.0, 0.45),
            (6.0, 9.6, 0.45),
            (-2.5, 13.6, 0.45),
            (-2.2, 18.6, 0.45),
            start - Vector((1.3, -0.5, 0)),
            start,
            seed=9,
        )
    else:
        x, y, z = hang
        # The heart's shoulder stands higher than the bail: the chain goes round it.
        up = 1.9 if shot.piece == "heart" else 0.0
        stand.chain(
            (-34, 24, 0.45),
            (-25, 16.5, 0.45),
            (-17.5, 8.5, 0.45),
            (x - 3.2, y + 1.6, 0.55),
            (x - 1.6, y + 0.2, z * 0.8),
            (x, y, z),
            (x + 2.0, y + 0.2 + up * 0.5, z * 0.8),
            (x + 7.2, y - 0.2 + up, 0.45),
            (9.0, y + 3.4 + up * 0.5, 0.45),
            (4.4, y + 8.0, 0.45),
            (-3.2, 15.0, 0.45),
            (-3.4, 20.2, 0.45),
            start - Vector((1.4, -0.6, 0)),
            start,
            seed=8,
        )
    stand.chain(
        end, end + Vector((1.2, -0.4, -0.1)), (24, 11.5, 0.45), (33, 13, 0.45), (44, 20, 0.45), seed=11
    )
    graded = card_for(shot.piece)
    light.studio(stand.kind, 33, centre=spot[:2], **graded)
    stand.camera((0.8, 3.4, 0.4), wide, 33, focus=(2, 4, 0.8), blur=0.9)
    return piece


def deckle(wide: float, high: float, count: int = 700) -> np.ndarray:
    """The edge of a card of hand-made paper, in mm: torn, not cut."""
    corners = [(x * wide / 2, y * high / 2) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    rim = shapes.rounded(corners, count, 0.3)
    rough = np.random.default_rng(4).standard_normal((count, 2))
    return rim + 0.5 * gaussian_filter1d(rough, 2.2, axis=0, mode="wrap")


def lay_box(stand: Stand):
    """The box it comes in, open, the disc on its pad, a card with nothing written on it yet."""
    linen = materials.linen()
    pad = materials.paper((0.70, 0.655, 0.575), 0.95, 0.10)
    card = materials.baked(stand.stone, "paper", (0.2, 0.4), 0.2)

    def block(at, size, material, soft=0.5, turn=0.0, lean=0.0):
        bm = bmesh.new()
        bmesh.ops.create_cube(bm, size=1)
        for v in bm.verts:
            v.co = Vector(c * s for c, s in zip(v.co, size, strict=True))
        bmesh.ops.bevel(
            bm, geom=bm.edges[:], offset=soft, segments=4, profile=0.5, affect="EDGES", clamp_overlap=True
        )
        made = solid("block", bm, [material], 60)
        made["ground"] = "covers"
        made.matrix_world = (
            Matrix.Rotation(turn, 4, "Z") @ Matrix.Translation(at) @ Matrix.Rotation(lean, 4, "X")
        )
        return made

    half, wall, high = 32.0, 1.6, 17.0
    box_turn = math.radians(9)
    for x, y, sx, sy in (
        (0, half, 2 * half + wall, wall),
        (0, -half, 2 * half + wall, wall),
        (half, 0, wall, 2 * half - wall),
        (-half, 0, wall, 2 * half - wall),
    ):
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
    sheet = shapes.plate("card", deckle(58, 36), 0.6, 0.16, [card, card])
    sheet["ground"] = "covers"
    sheet.matrix_world = Matrix.Rotation(math.radians(-7), 4, "Z") @ Matrix.Translation((-3, -57, 0.2))

    piece = pieces.disc(stand.metals)
    piece.move(Matrix.Rotation(box_turn + math.radians(2), 4, "Z") @ Matrix.Translation((0, -9.0, 12.05)))
    x, y, z = piece.hangs[0]
    turn = Matrix.Rotation(box_turn, 3, "Z")

    def on_pad(a, b, c=12.45):
        return turn @ Vector((a, b, c))

    stand.chain(
        # Both ends go down behind the pad.
        on_pad(-23.4, 31.2, 7.0),
        on_pad(-23.0, 30.7, 11.7),
        on_pad(-21.6, 27.5, 12.6),
        on_pad(-14, 14.5),
        on_pad(-6, 6.6),
        Vector((x - 2.2, y + 0.5, z - 0.2)),
        Vector((x, y, z)),
        Vector((x + 2.2, y + 0.6, z - 0.2)),
        on_pad(6.6, 6.8),
        on_pad(14, 15),
        on_pad(22.0, 27.5, 12.6),
        on_pad(23.6, 30.7, 11.7),
        on_pad(24.0, 31.2, 7.0),
        seed=12,
    )
    light.studio(stand.kind, 40, centre=(0, -4), **card_for(stand.shot.piece))
    light.card((-150, 90, 170), (0, 0, 0), 60, 190, 8.0, (1, 0.968, 0.93))
    stand.camera((7, -6, 5), 122, 40, lens=105, focus=(0, -8, 12), blur=1.7)
    return piece
