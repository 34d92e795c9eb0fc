"""Where words lie in a picture: one SVG matrix for each side, and the outline of what is seen of it."""

from pathlib import Path

import bpy
import materials
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from contourpy import contour_generator
from mathutils import Vector
from PIL import Image
from shots import Shot

CLIPPED = {"two-rings"}
"""Pieces of which something lies over the faces."""


def sides(scene, shot: Shot, piece, folder: Path) -> dict[str, dict]:
    """`matrix` maps mm about a side's middle (x right, y down) to pixels; `clip` is a path in pixels."""
    found = {}
    for key, face in piece.faces.items():
        found[key] = {"matrix": matrix(scene, face)}
    if shot.piece in CLIPPED:
        for key, face in piece.faces.items():
            found[key]["clip"] = visible(scene, face, folder / f"{shot.name}-mask.png")
    return found


def from_behind(found: dict[str, dict], wide: int) -> dict[str, dict]:
    """The back of a piece in the mirrored picture of its front."""
    a, b, c, d, e, f = found["front"]["matrix"]
    return {"back": {"matrix": [a, 0.0 - b, 0.0 - c, d, round(wide - e, 4), f]}}


def matrix(scene, face) -> list[float]:
    """Exact, as the camera is orthographic."""

    def pixel(x, y):
        seen = world_to_camera_view(scene, scene.camera, face.thing.matrix_world @ Vector((x, y, face.z)))
        return np.array([seen.x * scene.render.resolution_x, (1 - seen.y) * scene.render.resolution_y])

    middle = pixel(0, 0)
    right, down = (pixel(10, 0) - middle) / 10, (pixel(0, -10) - middle) / 10
    return [round(float(v), 4) for v in (*right, *down, *middle)]


def visible(scene, face, target: Path) -> str:
    """The part of a face that nothing covers, from a picture of the face in white and all else in black."""
    white, black = materials.flat(1.0), materials.flat(0.0)
    kept = {}
    for thing in scene.objects:
        if thing.type == "MESH" and thing.data.name not in kept:
            kept[thing.data.name] = (thing.data, list(thing.data.materials))
            for slot in range(len(thing.data.materials)):
                thing.data.materials[slot] = white if thing == face.thing and slot == 0 else black
    cycles, world = scene.cycles, scene.world
    before = (cycles.use_denoising, scene.render.filepath)
    given = scene.render.image_settings
    cycles.samples, cycles.use_denoising, given.file_format, given.color_mode = 8, False, "PNG", "RGB"
    given.color_depth = "8"
    scene.world, scene.render.filepath = None, str(target)
    bpy.ops.render.render(write_still=True)
    cycles.use_denoising, scene.render.filepath = before
    scene.world = world
    for data, materials_before in kept.values():
        for slot, material in enumerate(materials_before):
            data.materials[slot] = material
    return outline(np.asarray(Image.open(target).convert("L"), float) / 255)


def outline(mask: np.ndarray) -> str:
    """Closed paths round what is white, with as few points as keep within 0.07 hundredths of its width."""
    padded = np.pad(mask, 1)
    paths = []
    for line in contour_generator(z=padded).lines(0.5):
        points = simpler(line[:-1] - 0.5, 0.0007 * mask.shape[1])
        if len(points) > 3:
            paths.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(paths)


def simpler(points: np.ndarray, within: float) -> np.ndarray:
    """Douglas and Peucker's simplification of a closed line."""
    if len(points) < 8:
        return points[:0]
    far = int(np.argmax(np.linalg.norm(points - points[0], axis=1)))
    first = _chain(points[: far + 1], within)
    second = _chain(np.vstack([points[far:], points[:1]]), within)
    return np.vstack([first[:-1], second[:-1]])


def _chain(points: np.ndarray, within: float) -> np.ndarray:
    start, end = points[0], points[-1]
    along = end - start
    length = max(float(np.hypot(*along)), 1e-9)
    away = np.abs((points[:, 0] - start[0]) * along[1] - (points[:, 1] - start[1]) * along[0]) / length
    worst = int(np.argmax(away))
    if away[worst] <= within:
        return np.vstack([start, end])
    return np.vstack([_chain(points[: worst + 1], within)[:-1], _chain(points[worst:], within)])
