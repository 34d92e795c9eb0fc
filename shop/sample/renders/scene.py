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
from blend import empty_scene
from shots import Shot, every
from stand import Stand


def settings(scene, shot: Shot, width: int, samples: int, target: Path) -> None:
    """Cycles on the processor, denoised; the tone of a product photograph."""
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_adaptive_sampling = "CPU", samples, False
    cycles.use_light_tree = False
    cycles.max_bounces, cycles.glossy_bounces, cycles.diffuse_bounces = 6, 5, 2
    cycles.transmission_bounces = cycles.volume_bounces = 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect, cycles.blur_glossy = 4.0, 0.4
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"
    wide, high = shot.size
    scene.render.resolution_x, scene.render.resolution_y = width, round(width * high / wide)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(target)
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    scene.view_settings.exposure = 0.42


def render(shot: Shot, folder: Path, width: int | None, samples: int | None) -> None:
    """One picture and its calibration."""
    began = time.time()
    scene = empty_scene()
    stand = Stand(shot, folder)
    piece = arrange.LAYOUTS[shot.kind](stand)
    settings(scene, shot, width or shot.size[0], samples or shot.samples, folder / f"{shot.name}.png")
    bpy.context.view_layer.update()
    built = time.time()
    bpy.ops.render.render(write_still=True)
    rendered = time.time()
    sides = calibrate.sides(scene, shot, piece, folder) if shot.kind in {"front", "back"} else {}
    found = {"width": scene.render.resolution_x, "height": scene.render.resolution_y, "sides": sides}
    (folder / f"{shot.name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"{shot.name}: built {built - began:.0f} s, rendered {rendered - built:.0f} s", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--draft", type=int, help="width in pixels, at a third of the samples")
    parser.add_argument("--samples", type=int)
    given = parser.parse_args()
    folder = given.folder.resolve()
    shots = {shot.name: shot for shot in every()}
    for name in given.names or shots:
        render(shots[name], folder, given.draft, given.samples or (9 if given.draft else None))


if __name__ == "__main__":
    main()
