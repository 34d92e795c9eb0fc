"""Light: long soft boxes and dark flags of known place, none of which the camera sees itself.

Metal shows nothing but what it mirrors. So what a face is to show is written down as a row of stops across
the card that it mirrors: a dark flag, an edge, a broad gradient. What the stone needs to be light, the metal
never sees: the room is bright to what scatters and dark to what mirrors.
"""

import math
from collections.abc import Sequence

import bmesh
import bpy
from blend import Nodes, solid
from mathutils import Matrix, Vector

Stops = Sequence[tuple[float, float]]

FACE: Stops = (
    (-3.6, 0.10),
    (-1.5, 0.42),
    (-1.02, 0.70),
    (-0.90, 0.66),
    (-0.82, 0.10),
    (-0.66, 0.05),
    (-0.48, 0.16),
    (-0.22, 0.52),
    (0.15, 0.84),
    (0.70, 1.0),
    (1.10, 0.80),
    (1.9, 0.25),
    (3.6, 0.06),
)
"""What a level face mirrors: (place, brightness), places from -1 at one edge of the face to 1 at the other.

From the light: the end of a soft box, a flag with a crisp edge, then the long slope of a second box.
"""


def card(
    at, towards, wide, high, strength, colour=(1, 1, 1), *, soft=0.2, stops: Stops | None = None, turn=0.0
):
    """A glowing card with soft edges. `stops` = (place, brightness) across its width, 0 to 1."""
    made = bpy.data.materials.new("card")
    n = Nodes(made)
    uv = n.add("ShaderNodeSeparateXYZ", Vector=n.placed((1, 1, 1), source="UV")).outputs

    def edge(value):
        return n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", value, 0.5)), 0.5, 0.5 - soft)

    glow = n.math("MULTIPLY", edge(uv[1]), strength)
    glow = n.math("MULTIPLY", glow, n.graded(uv[0], stops) if stops else edge(uv[0]))
    front = n.math("SUBTRACT", 1.0, n.add("ShaderNodeNewGeometry").outputs["Backfacing"])
    glow = n.math("MULTIPLY", glow, front)
    n.feed(n.out.inputs[0], n.add("ShaderNodeEmission", Color=(*colour, 1), Strength=glow).outputs[0])

    bm = bmesh.new()
    bmesh.ops.create_grid(bm, x_segments=1, y_segments=1, size=0.5)
    layer = bm.loops.layers.uv.verify()
    for face in bm.faces:
        for loop in face.loops:
            loop[layer].uv = (loop.vert.co.x + 0.5, loop.vert.co.y + 0.5)
    lamp = solid("card", bm, [made], 180)
    aim = (Vector(towards) - Vector(at)).normalized()
    lamp.rotation_mode = "QUATERNION"
    across = (Vector((1, 0, 0)) - aim * aim.x).normalized()
    facing = Matrix((across, aim.cross(across), aim)).transposed()
    lamp.rotation_quaternion = (facing @ Matrix.Rotation(turn, 3, "Z")).to_quaternion()
    lamp.location, lamp.scale = at, (wide, high, 1)
    lamp.visible_camera = lamp.visible_shadow = False
    lamp["card"] = True
    return lamp


def room(colour, strength, dark):
    """What there is where no card is: a room bright enough to fill shadows, of which metal mirrors little."""
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    # Every ray that misses finds it; none is sent to look for it.
    world.cycles.sampling_method = "NONE"
    n = Nodes(world)
    n.tree.nodes.remove(n.out)
    n.out = n.add("ShaderNodeOutputWorld")
    up = n.add("ShaderNodeSeparateXYZ", Vector=n.placed((1, 1, 1), source="Generated")).outputs
    # Towards the back of the room there is a pale wall; in front stands the photographer, in black.
    wall = n.ramp(up[1], -0.5, 0.9, 0.35, 1.9)
    seen = n.add("ShaderNodeLightPath").outputs["Is Glossy Ray"]
    fill = n.add("ShaderNodeBackground", Color=(*colour, 1), Strength=strength)
    mirrored = n.add("ShaderNodeBackground", Color=(*colour, 1), Strength=n.math("MULTIPLY", wall, dark))
    both = n.add("ShaderNodeMixShader", Fac=seen)
    n.feed(both.inputs[1], fill.outputs[0])
    n.feed(both.inputs[2], mirrored.outputs[0])
    n.feed(n.out.inputs[0], both.outputs[0])


def studio(
    metal,
    tilt: float,
    *,
    key=1.0,
    face=1.0,
    stops: Stops = FACE,
    centre=(0.0, 0.0),
    mirrored=False,
    span=16.0,
    aim=-38.0,
    size=200.0,
    shift=0.0,
    far=1.0,
    high=0.0,
):
    """A long window at one side, the graded card that a level face mirrors, two strips for edges, a fill.

    `tilt` is the camera's, in degrees from straight above: the graded card stands where a level face mirrors
    it to the camera, and its stops run over the `span` (mm) that a face mirrors of it, in the direction `aim`
    (degrees from right, towards the top); `shift` moves them that way, in parts of half the span.
    All stands `far` times as far away and is as much larger, about a middle `high` mm above the ground.
    """
    side = -1 if mirrored else 1
    x, y, z = *centre, high

    def hung(place, wide, long, strength, colour, **more):
        """A card at a place about the middle, aimed at it."""
        at = (x + place[0] * far, y + place[1] * far, z + place[2] * far)
        return card(at, (x, y, z), wide * far, long * far, strength, colour, **more)

    room(metal.room, metal.room_light, metal.room_dark)
    # The window: long, so that a bevel shows it as a line and the shadows are soft along it alone.
    warm = (1, 0.965, 0.915)
    window = hung((-92 * side, 62, 74), 34, 120, 17.0, warm, soft=0.12)
    if key < 1:
        # What lies below is lit as always; what mirrors finds a weaker window in its place.
        window.visible_glossy = False
        hung((-92 * side, 62, 74), 34, 120, 17.0 * key, warm, soft=0.12).visible_diffuse = False
    t = math.radians(tilt)
    reach = 140
    hung(
        (0, reach * math.sin(t), reach * math.cos(t)),
        size,
        size,
        face * metal.face_light,
        (0.985, 0.992, 1),
        soft=0.25,
        stops=[(0.5 + (place + shift) * span / 2 / size, glow) for place, glow in stops],
        turn=-math.radians(aim if side > 0 else 180 - aim),
    )
    # The crisp line on an edge: a narrow strip low at the other side, and a fainter one in front.
    hung((96 * side, 26, 40), 9, 120, 6.0, (1, 0.985, 0.965), soft=0.1)
    hung((18 * side, -98, 46), 110, 12, 2.6, (1, 0.97, 0.935), soft=0.1)
