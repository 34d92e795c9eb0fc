"""Render pictures: `python scene.py FOLDER [--draft SIZE] [NAME ...]`, all of them when none is named.

FOLDER holds the baked stone and receives NAME.png and NAME.json (its calibration). See README.md.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import arrange
import calibrate
import develop
import materials
from blend import empty_scene
from PIL import ImageOps
from shots import Shot, every
from stand import Stand

GROUND_SAMPLES, GROUND_SIZE = 5, 0.6
"""What lies below the metal scatters and is a little out of focus: fewer samples and pixels will do."""

COLOUR_SIZE = 0.625
"""Gold over which words are laid is taken so much coarser, and colours the light that silver mirrors."""


LIFT = {("two-rings", "front"): 0.16, ("keeping", "front"): 0.13, ("two-rings", "angle"): 0.1}
"""Words of fine strokes are still to be read where the metal mirrors a flag."""


def settings(scene, threads: int) -> None:
    """Cycles on the processor, denoised; nothing is developed yet."""
    scene.render.engine = "CYCLES"
    scene.render.threads_mode, scene.render.threads = ("FIXED", threads) if threads else ("AUTO", 1)
    cycles = scene.cycles
    cycles.device, cycles.use_adaptive_sampling, cycles.use_light_tree = "CPU", False, False
    cycles.max_bounces, cycles.glossy_bounces, cycles.diffuse_bounces = 5, 4, 1
    cycles.transmission_bounces = cycles.volume_bounces = 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect, cycles.blur_glossy = 4.0, 0.4
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGBA", "32"
    scene.view_settings.view_transform = "Raw"


def layer(scene, target: Path, samples: int, *, metal: bool) -> None:
    """The metal alone, with nothing where the ground shows; or the ground, in the metal's shadow, alone."""
    solids = [thing for thing in scene.objects if thing.type == "MESH" and not thing.get("card")]
    for thing in solids:
        # A table covers no metal: it need not even be looked at.
        thing.is_holdout = metal and thing.get("ground") == "covers"
        thing.visible_camera = thing.get("ground") != "table" if metal else "ground" in thing
    scene.render.film_transparent = True
    scene.cycles.samples, scene.render.filepath = samples, str(target)
    bpy.ops.render.render(write_still=True)
    scene.render.film_transparent = False
    for thing in solids:
        thing.is_holdout, thing.visible_camera = False, True


def frame(scene, shot: Shot, width: int) -> None:
    """The picture's size in pixels."""
    wide, high = shot.size
    scene.render.resolution_x, scene.render.resolution_y = width, round(width * high / wide)


def render(shot: Shot, folder: Path, width: int, samples: int, threads: int) -> None:
    """One picture and its calibration. What lies below is taken once for both metals."""
    began, spent = time.time(), time.process_time()
    taken = shot.taken
    scene = empty_scene()
    piece = arrange.LAYOUTS[taken.kind](Stand(taken, folder))
    settings(scene, threads)
    own = round(width * COLOUR_SIZE) if shot.coloured else width
    ground, metal = folder / f"{taken.ground}-{width}.exr", folder / f"{taken.name}-{own}.exr"
    if not ground.exists():
        frame(scene, taken, round(width * GROUND_SIZE))
        layer(scene, ground, GROUND_SAMPLES, metal=False)
    frame(scene, taken, own)
    bpy.context.view_layer.update()
    if taken == shot or not metal.exists():
        layer(scene, metal, samples, metal=True)
    over = develop.light(metal) * (*materials.tint(taken.metal, shot.metal), 1)
    if shot.coloured:
        over = develop.coloured(develop.light(folder / f"{taken.in_silver.name}-{width}.exr"), over)
    picture = develop.picture(over, ground, LIFT.get((shot.piece, shot.kind), 0.0))
    frame(scene, taken, width)
    sides = calibrate.sides(scene, taken, piece, folder) if taken.kind == "front" else {}
    if shot.kind == "back":
        picture, sides = ImageOps.mirror(picture), calibrate.from_behind(sides, width)
    picture.save(folder / f"{shot.name}.png")
    found = {"width": picture.width, "height": picture.height, "sides": sides}
    (folder / f"{shot.name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    used = time.process_time() - spent
    print(f"{shot.name}: {time.time() - began:.0f} s, {used:.0f} s of a core", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--draft", type=int, help="width in pixels, at a third of the samples")
    parser.add_argument("--samples", type=int)
    parser.add_argument("--threads", type=int, default=0, help="of the processor; all of them if not said")
    given = parser.parse_args()
    folder = given.folder.resolve()
    shots = {shot.name: shot for shot in every()}
    for name in given.names or shots:
        shot = shots[name]
        samples = given.samples or (shot.samples // 3 if given.draft else shot.samples)
        render(shot, folder, given.draft or shot.width, samples, given.threads)


if __name__ == "__main__":
    main()
