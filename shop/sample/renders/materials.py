"""Metal, stone, board and paper."""

import math
from pathlib import Path

import bpy
import numpy as np
from blend import Nodes
from stone import TILE_MM

from shop.frozen import frozen

GROOVE_MM = 0.072
LIP_MM = 0.009


@frozen
class Metal:
    """A metal's colour, that of a cut in it, and how bright its surroundings must be to look like itself."""

    colour: tuple[float, float, float]
    cut: tuple[float, float, float]
    face_light: float
    room: tuple[float, float, float]
    room_light: float
    room_dark: float
    """How much of the room the metal itself mirrors."""


METALS = {
    "silver": Metal((0.930, 0.935, 0.940), (0.085, 0.085, 0.088), 0.80, (0.90, 0.90, 0.90), 0.36, 0.09),
    "gold": Metal((1.000, 0.745, 0.365), (0.170, 0.085, 0.022), 0.92, (0.95, 0.87, 0.76), 0.34, 0.12),
}


def tint(seen: str, wanted: str) -> tuple[float, ...]:
    """By what the light of one metal is multiplied for another: red, green, blue."""
    one, two = METALS[seen], METALS[wanted]
    lit = two.face_light / one.face_light
    return tuple(lit * b / a for a, b in zip(one.colour, two.colour, strict=True))


def data_image(name: str, values: np.ndarray):
    """A float picture (row 0 at the bottom) as shader input, never colour managed."""
    high, wide = values.shape
    image = bpy.data.images.new(name, wide, high, alpha=False, float_buffer=True, is_data=True)
    pixels = np.ones((high, wide, 4), np.float32)
    pixels[..., :3] = values[..., None]
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    image.pack()
    return image


def strokes(pixels: int = 2048, seed: int = 3):
    """Long parallel strokes of several grits along y: a hand-brushed satin."""
    rng = np.random.default_rng(seed)
    total = np.zeros((pixels, pixels), np.float32)
    for along, across, share in ((330, 0.9, 1.0), (160, 1.8, 0.9), (70, 3.4, 0.45)):
        waves = np.fft.rfft2(rng.standard_normal((pixels, pixels)))
        up, over = np.fft.fftfreq(pixels)[:, None] * along, np.fft.rfftfreq(pixels) * across
        noise = np.fft.irfft2(waves * np.exp(-2 * np.pi**2 * (up**2 + over**2)), (pixels, pixels))
        total += share * noise / noise.std()
    return data_image("strokes", np.clip(0.5 + 0.14 * total / total.std(), 0, 1))


def metal(
    kind: Metal, name: str = "metal", *, rough: float = 0.07, groove=None, across_mm: float = 0.0, brush=None
):
    """Polished metal; with `groove` = (depth, lip) the words are cut into it, with `brush` it is satin."""
    made = bpy.data.materials.new(name)
    n = Nodes(made)
    shader = n.add("ShaderNodeBsdfPrincipled", Metallic=1.0)
    n.feed(n.out.inputs[0], shader.outputs[0])
    here = n.placed((1, 1, 1))
    # Nothing polished by hand is a perfect mirror: it undulates a little and carries hair-fine scratches.
    normal = n.bump(n.noise(n.placed((0.11, 0.11, 0.11)), 1.0, 1.2), 0.07)
    hair = n.noise(n.placed((7, 0.22, 7), turn=0.6), 1.0, 1.0)
    normal = n.bump(hair, 0.00012, normal)
    smear = n.noise(here, 0.35, 2.0)
    roughness = n.ramp(smear, 0.3, 0.7, rough * 0.85, rough * 1.15)
    colour = (*kind.colour, 1)
    if brush is not None:
        normal = n.bump(
            n.image(brush, n.placed((1 / 19, 1 / 19, 1), (0.5, 0.5, 0), 0.05), smooth=False), 0.0075, normal
        )
        roughness = n.ramp(smear, 0.3, 0.7, 0.27, 0.30)
    if groove is not None:
        at = n.placed((1 / across_mm, 1 / across_mm, 1), (0.5, 0.5, 0))
        depth = n.image(data_image(name + "-depth", groove[0]), at, clip=True)
        lip = n.image(data_image(name + "-lip", groove[1]), at, clip=True)
        normal = n.bump(lip, LIP_MM, normal)
        normal = n.bump(depth, GROOVE_MM, normal, sunk=True)
        colour = n.mix(n.ramp(depth, 0.02, 0.36, 0.0, 0.96), colour, (*kind.cut, 1))
        roughness = n.math("MULTIPLY_ADD", depth, 0.32, roughness)
    n.feed(shader.inputs["Base Color"], colour)
    n.feed(shader.inputs["Roughness"], roughness)
    n.feed(shader.inputs["Normal"], normal)
    return made


@frozen
class Surface:
    """How a baked surface takes light: how rough, how much it mirrors, how high (mm) its relief."""

    rough: float
    sheen: float
    relief: float


SURFACES = {
    "stone": Surface(0.62, 0.28, 0.21),
    "slate": Surface(0.50, 0.42, 0.60),
    "linen": Surface(0.90, 0.10, 0.24),
    "paper": Surface(0.88, 0.12, 0.10),
}


def baked(folder: Path, surface: str, shift: tuple[float, float], turn: float, *, source="Object"):
    """Stone, slate, linen or paper, as it was baked; each picture shows another part of it."""
    made = bpy.data.materials.new(surface)
    n = Nodes(made)
    is_ = SURFACES[surface]
    shader = n.add("ShaderNodeBsdfPrincipled", Roughness=is_.rough)
    shader.inputs["Specular IOR Level"].default_value = is_.sheen
    n.feed(n.out.inputs[0], shader.outputs[0])
    at = n.placed((1 / TILE_MM, 1 / TILE_MM, 1), (*shift, 0), turn, source=source)
    colour = bpy.data.images.load(str(folder / f"{surface}-colour.png"))
    height = bpy.data.images.load(str(folder / f"{surface}-height.png"))
    height.colorspace_settings.name = "Non-Color"
    # A slow change over several tiles, so that no one sees the tile come again.
    slow = n.ramp(n.noise(n.placed((1, 1.6, 1), turn=0.4), 0.022, 2.0), 0.3, 0.7)
    tint = n.mix(slow, (0.965, 0.96, 0.95, 1), (1.025, 1.025, 1.025, 1))
    product = n.tree.nodes.new("ShaderNodeMix")
    product.data_type, product.blend_type = "RGBA", "MULTIPLY"
    for name, value in (("Factor", 1.0), ("A", n.image(colour, at, smooth=False)), ("B", tint)):
        n.feed(product.inputs[name], value)
    n.feed(shader.inputs["Base Color"], product.outputs["Result"])
    n.feed(shader.inputs["Normal"], n.bump(n.image(height, at, smooth=False), is_.relief))
    return made


def linen(colour=(0.60, 0.545, 0.47)):
    """Board covered in linen: a plain weave, its threads a third of a millimetre, none quite alike."""
    made = bpy.data.materials.new("linen")
    n = Nodes(made)
    shader = n.add("ShaderNodeBsdfPrincipled", Roughness=0.85)
    n.feed(n.out.inputs[0], shader.outputs[0])
    split = n.add("ShaderNodeSeparateXYZ", Vector=n.placed((1, 1, 1)))
    x, y, z = split.outputs
    uneven = n.noise(n.placed((0.25, 3.2, 3.2)), 1.0, 2.0)
    uneven2 = n.noise(n.placed((3.2, 0.25, 0.25)), 1.0, 2.0)
    pitch = 2 * math.pi / 0.72
    warp = n.math("SINE", n.math("MULTIPLY_ADD", x, pitch, n.math("MULTIPLY", uneven2, 2.5)))
    weft = n.math("SINE", n.math("MULTIPLY_ADD", n.math("ADD", y, z), pitch, n.math("MULTIPLY", uneven, 2.5)))
    height = n.math("MULTIPLY_ADD", n.math("MULTIPLY", warp, weft), 0.5, 0.5)
    slub = n.math("MULTIPLY", n.math("ADD", uneven, uneven2), 0.5)
    shade = n.math("MULTIPLY_ADD", height, 0.55, n.math("MULTIPLY", slub, 0.7), clamp=True)
    dark = tuple(c * 0.72 for c in colour)
    n.feed(shader.inputs["Base Color"], n.mix(shade, (*dark, 1), (*colour, 1)))
    n.feed(shader.inputs["Normal"], n.bump(height, 0.10))
    return made


def paper(colour=(0.80, 0.765, 0.70), rough: float = 0.8, tooth: float = 0.03):
    """Uncoated paper, or with more tooth the velvet of a pad."""
    made = bpy.data.materials.new("paper")
    n = Nodes(made)
    shader = n.add("ShaderNodeBsdfPrincipled", Roughness=rough)
    n.feed(n.out.inputs[0], shader.outputs[0])
    fibre = n.noise(n.placed((1, 1, 1)), 3.4, 5.0)
    dark = tuple(c * 0.93 for c in colour)
    n.feed(shader.inputs["Base Color"], n.mix(n.ramp(fibre, 0.3, 0.7), (*dark, 1), (*colour, 1)))
    n.feed(shader.inputs["Normal"], n.bump(fibre, tooth))
    return made


def flat(colour: float):
    """A colour that no light changes: for the masks."""
    made = bpy.data.materials.new("flat")
    n = Nodes(made)
    n.feed(n.out.inputs[0], n.add("ShaderNodeEmission", Color=(colour, colour, colour, 1)).outputs[0])
    return made
