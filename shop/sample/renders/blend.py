"""Helpers over Blender's Python module: meshes, swept wires, shader nodes. One unit is one millimetre."""

import itertools
import math
from collections.abc import Callable, Sequence

import bmesh
import bpy
from mathutils import Matrix, Vector

Profile = Sequence[tuple[float, float]]


def empty_scene() -> bpy.types.Scene:
    """A scene with nothing in it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def place(data, name: str, matrix: Matrix | None = None):
    """A new object of the data, in the scene."""
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    if matrix is not None:
        made.matrix_world = matrix
    return made


def solid(name: str, bm, materials: Sequence, smooth_below: float = 40.0):
    """An object from a bmesh, shaded smooth where faces meet at less than the angle (degrees)."""
    mesh = bpy.data.meshes.new(name)
    bmesh.ops.recalc_face_normals(bm, faces=bm.faces)
    bm.to_mesh(mesh)
    bm.free()
    for material in materials:
        mesh.materials.append(material)
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    if smooth_below < 180:
        mesh.set_sharp_from_angle(angle=math.radians(smooth_below))
    return place(mesh, name)


def round_profile(radius: float, steps: int = 16) -> Profile:
    """A circle, as the cross-section of a wire."""
    turns = [2 * math.pi * k / steps for k in range(steps)]
    return [(radius * math.cos(t), radius * math.sin(t)) for t in turns]


def oval_profile(across: float, thick: float, power: float = 2.6, steps: int = 28) -> Profile:
    """A soft rectangle (superellipse): a strap whose edges a polisher has been over."""
    found = []
    for k in range(steps):
        t = 2 * math.pi * k / steps
        c, s = math.cos(t), math.sin(t)
        found.append(
            (
                math.copysign(abs(c) ** (2 / power), c) * across / 2,
                math.copysign(abs(s) ** (2 / power), s) * thick / 2,
            )
        )
    return found


def sweep(points: Sequence[Vector], out: Vector | None, profile: Callable[[int], Profile], *, closed: bool):
    """A bmesh of a profile carried along a path. `out` is the direction the profile's second axis keeps."""
    bm = bmesh.new()
    rings = []
    count = len(points)
    for i, centre in enumerate(points):
        if closed:
            along = points[(i + 1) % count] - points[i - 1]
        else:
            along = points[min(i + 1, count - 1)] - points[max(i - 1, 0)]
        along.normalize()
        b = out if out is not None else Vector((0, 0, 1))
        n = along.cross(b).normalized()
        b = n.cross(along)
        rings.append([bm.verts.new(centre + n * u + b * v) for u, v in profile(i)])
    for i in range(count if closed else count - 1):
        one, two = rings[i], rings[(i + 1) % count]
        for j in range(len(one)):
            k = (j + 1) % len(one)
            bm.faces.new((one[j], one[k], two[k], two[j]))
    if not closed:
        bm.faces.new(rings[0])
        bm.faces.new(rings[-1])
    return bm


def torus(name: str, radius: float, wire: float, material, matrix: Matrix, steps: int = 96):
    """A closed ring of round wire."""
    points = [
        Vector((radius * math.cos(2 * math.pi * k / steps), radius * math.sin(2 * math.pi * k / steps), 0))
        for k in range(steps)
    ]
    made = solid(name, sweep(points, None, lambda _: round_profile(wire), closed=True), [material], 180)
    made.matrix_world = matrix
    return made


def rod(name: str, start: Vector, end: Vector, radius: float, material, soft: float = 0.08):
    """A straight round pin with softened ends."""
    axis = end - start
    length = axis.length
    stops = [(0, 1 - soft / radius), (soft * 0.3, 1 - soft * 0.3 / radius), (soft, 1)]
    stops += [(length - s, r) for s, r in reversed(stops)]
    bm = bmesh.new()
    rings = [
        [bm.verts.new((radius * r * x, radius * r * y, s)) for x, y in round_profile(1, 40)] for s, r in stops
    ]
    for one, two in itertools.pairwise(rings):
        for j in range(len(one)):
            k = (j + 1) % len(one)
            bm.faces.new((one[j], one[k], two[k], two[j]))
    bm.faces.new(rings[0])
    bm.faces.new(rings[-1])
    made = solid(name, bm, [material], 50)
    made.matrix_world = Matrix.Translation(start) @ axis.to_track_quat("Z", "Y").to_matrix().to_4x4()
    return made


def smooth_path(points: Sequence[Sequence[float]], steps: int = 60) -> list[Vector]:
    """A Catmull-Rom curve through the points."""
    known = [Vector(p) for p in points]
    known = [2 * known[0] - known[1], *known, 2 * known[-1] - known[-2]]
    found = []
    for i in range(1, len(known) - 2):
        a, b, c, d = known[i - 1 : i + 3]
        for k in range(steps):
            t = k / steps
            found.append(
                0.5
                * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
            )
    found.append(known[-2])
    return found


class Nodes:
    """A material's nodes, with the arithmetic said in one line each."""

    def __init__(self, material):
        material.use_nodes = True
        self.tree = material.node_tree
        self.tree.nodes.clear()
        self.out = self.add("ShaderNodeOutputMaterial")

    def add(self, kind: str, **inputs):
        """A node; values set and sockets linked by input name (spaces as `_`)."""
        node = self.tree.nodes.new(kind)
        for name, value in inputs.items():
            self.feed(node.inputs[name.replace("_", " ")], value)
        return node

    def feed(self, socket, value):
        """Link a socket, or set its value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        else:
            socket.default_value = value

    def math(self, operation: str, a, b=0.0, c=None, *, clamp: bool = False):
        """One arithmetic step on scalars."""
        node = self.tree.nodes.new("ShaderNodeMath")
        node.operation, node.use_clamp = operation, clamp
        for socket, value in zip(node.inputs, (a, b, c), strict=False):
            if value is not None:
                self.feed(socket, value)
        return node.outputs[0]

    def ramp(self, value, start: float, end: float, low: float = 0.0, high: float = 1.0):
        """`value` carried smoothly from (start, end) to (low, high)."""
        node = self.tree.nodes.new("ShaderNodeMapRange")
        node.interpolation_type = "SMOOTHSTEP"
        for name, given in (
            ("Value", value),
            ("From Min", start),
            ("From Max", end),
            ("To Min", low),
            ("To Max", high),
        ):
            self.feed(node.inputs[name], given)
        return node.outputs[0]

    def graded(self, value, stops: Sequence[tuple[float, float]]):
        """`value` looked up on a smooth curve through (place, brightness), places from 0 to 1."""
        node = self.add("ShaderNodeValToRGB", Fac=value)
        node.color_ramp.interpolation = "EASE"
        marks = node.color_ramp.elements
        for number, (place, glow) in enumerate(stops):
            mark = marks[number] if number < len(marks) else marks.new(place)
            mark.position, mark.color = place, (glow, glow, glow, 1)
        return node.outputs[0]

    def mix(self, factor, a, b):
        """One colour into another."""
        node = self.tree.nodes.new("ShaderNodeMix")
        node.data_type = "RGBA"
        self.feed(node.inputs["Factor"], factor)
        self.feed(node.inputs["A"], a)
        self.feed(node.inputs["B"], b)
        return node.outputs["Result"]

    def bump(self, height, distance: float, below=None, *, sunk: bool = False):
        """A normal from a height (0 to 1 is `distance` mm), over the normal below it."""
        node = self.add("ShaderNodeBump", Height=height, Distance=distance, Strength=1.0)
        node.invert = sunk
        if below is not None:
            self.feed(node.inputs["Normal"], below)
        return node.outputs[0]

    def placed(self, scale: Sequence[float], offset=(0.0, 0.0, 0.0), turn: float = 0.0, *, source="Object"):
        """Object coordinates (mm), scaled, turned about z and moved."""
        node = self.tree.nodes.new("ShaderNodeTexCoord")
        mapping = self.add(
            "ShaderNodeMapping",
            Vector=node.outputs[source],
            Scale=scale,
            Location=offset,
            Rotation=(0, 0, turn),
        )
        return mapping.outputs[0]

    def image(self, image, vector, *, clip: bool = False, smooth: bool = True):
        """A picture's colour at a place."""
        node = self.add("ShaderNodeTexImage", Vector=vector)
        node.image, node.interpolation = image, "Cubic" if smooth else "Linear"
        node.extension = "CLIP" if clip else "REPEAT"
        return node.outputs[0]

    def noise(self, vector, scale: float, detail: float = 2.0):
        """Smooth noise, 0 to 1."""
        return self.add("ShaderNodeTexNoise", Vector=vector, Scale=scale, Detail=detail).outputs[0]
