"""Light: soft cards of known place and strength, none of which the camera sees itself."""

import math

import bmesh
import bpy
from blend import Nodes, solid
from mathutils import Matrix, Vector


def card(at, towards, wide, high, strength, colour=(1, 1, 1), *, soft=0.2, sweep=None, turn=0.0):
    """A glowing card with soft edges. `sweep` = (low, high, start, end): it brightens across its width."""
    made = bpy.data.materials.new("card")
    n = Nodes(made)
    uv = n.add("ShaderNodeSeparateXYZ", Vector=n.placed((1, 1, 1), source="UV")).outputs

    def edge(value):
        return n.ramp(n.math("ABSOLUTE", n.math("SUBTRACT", value, 0.5)), 0.5, 0.5 - soft)

    glow = n.math("MULTIPLY", n.math("MULTIPLY", edge(uv[0]), edge(uv[1])), strength)
    if sweep:
        low, up, start, end = sweep
        glow = n.math("MULTIPLY", glow, n.ramp(uv[0], start, end, low, up))
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
    return lamp


def room(colour, strength):
    """What there is where no card is: a dim room."""
    world = bpy.data.worlds.new("room")
    bpy.context.scene.world = world
    world.use_nodes = True
    back = world.node_tree.nodes["Background"]
    back.inputs[0].default_value = (*colour, 1)
    back.inputs[1].default_value = strength


def studio(
    metal,
    tilt: float,
    *,
    key=1.0,
    face=1.0,
    low=0.42,
    centre=(0.0, 0.0),
    mirrored=False,
    span=16.0,
    aim=32.0,
    size=140.0,
    shift=0.0,
):
    """A window-like key from one side, a graded card the face mirrors, a thin strip for the rims, a fill.

    `tilt` is the camera's, in degrees from straight above: the graded card stands where a level face
    mirrors it to the camera, and its shade changes over the `span` (mm) of the piece,
    growing brighter in the direction `aim` (degrees from right, towards the top);
    `shift` moves the change that way, in parts of the span.
    """
    side = -1 if mirrored else 1
    x, y = centre
    room(metal.room, metal.room_light)
    card((-86 * side + x, 52 + y, 80), (x, y, 0), 50, 50, 24.0 * key, (1, 0.968, 0.925))
    t = math.radians(tilt)
    reach = 140
    half = span * 0.95 / size
    start, end = 0.5 + (shift - 1.1) * half, 0.5 + (shift + 0.2) * half
    card(
        (x, y + reach * math.sin(t), reach * math.cos(t)),
        (x, y, 0),
        size,
        size,
        1.0 * face * metal.face_light,
        (0.985, 0.992, 1),
        soft=0.3,
        sweep=(low, 1.0, start, end),
        turn=-math.radians(aim if side > 0 else 180 - aim),
    )
    card((92 * side + x, 18 + y, 34), (x, y, 0), 14, 70, 3.4, (1, 0.985, 0.965))
    card((22 * side + x, -90 + y, 55), (x, y, 0), 90, 40, 0.6, (1, 0.965, 0.925))
