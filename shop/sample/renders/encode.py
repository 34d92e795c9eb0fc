"""Rendered pictures to the files the shop serves, and the list of them: `python encode.py FOLDER [NAME ...]`.

Each picture becomes WebP in several widths, and AVIF if that is smaller in all, in static/catalogue; what
words are laid over is there once more as a finer AVIF. shop/catalogue/renderings.json gets its size, its
files and where words lie in it, in pixels of that size.
"""

import json
import sys
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from shots import BROAD, FINE, SMALL, WIDE, every  # noqa: E402

STATIC = HERE.parents[2] / "static" / "catalogue"
LISTED = HERE.parents[1] / "catalogue" / "renderings.json"
WEBP = {"format": "WEBP", "quality": 82, "method": 6}
AVIF = {"format": "AVIF", "quality": 62, "speed": 6}
KINDS = {"webp": WEBP, "avif": AVIF}


def widths(size: tuple[int, int]) -> tuple[int, ...]:
    """In which widths a picture is served."""
    return {WIDE: (900, 1800), SMALL: (400, 800), BROAD: (400, 800, 1200)}.get(size, (400, 700, 1000))


def encode(name: str, size: tuple[int, int], folder: Path) -> dict:
    """Write a picture's files; returns its entry in the list. A smaller draft is enlarged."""
    entry = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    picture = Image.open(folder / f"{name}.png").convert("RGB")
    scale = size[0] / picture.width
    fine = _bytes(picture, AVIF) if picture.width == FINE else b""
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    made = {
        kind: [_bytes(_at(picture, width), given) for width in widths(size)] for kind, given in KINDS.items()
    }
    if sum(map(len, made["avif"])) >= sum(map(len, made["webp"])):
        made["avif"] = []
    served = {kind: list(widths(size)) for kind in KINDS}
    if fine and made["avif"]:
        served["avif"].append(FINE)
        made["avif"].append(fine)
    for kind, files in made.items():
        for width, data in zip_longest(served[kind], files):
            target = STATIC / f"{name}-{width}.{kind}"
            target.write_bytes(data) if data else target.unlink(missing_ok=True)
    sides = {key: _scaled(side, scale) for key, side in entry["sides"].items()}
    return {
        "width": size[0],
        "height": size[1],
        "sides": sides,
        "files": {kind: served[kind] for kind, files in made.items() if files},
    }


def _at(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, round(width * picture.height / picture.width)), Image.Resampling.LANCZOS)


def _bytes(picture: Image.Image, given: dict) -> bytes:
    held = BytesIO()
    picture.save(held, **given)
    return held.getvalue()


def _scaled(side: dict, scale: float) -> dict:
    if scale == 1:
        return side
    found = {"matrix": [round(v * scale, 4) for v in side["matrix"]]}
    if "clip" in side:
        found["clip"] = "".join(
            part if part in "MLZ" else " ".join(f"{float(v) * scale:.1f}" for v in part.split())
            for part in _parts(side["clip"])
        )
    return found


def _parts(path: str):
    held = ""
    for letter in path:
        if letter in "MLZ":
            if held:
                yield held
            yield letter
            held = ""
        else:
            held += letter


def main() -> None:
    """Encode what has been rendered."""
    folder = Path(sys.argv[1]).resolve()
    STATIC.mkdir(parents=True, exist_ok=True)
    listed = json.loads(LISTED.read_text(encoding="utf-8")) if LISTED.exists() else {}
    shots = every()
    for shot in shots:
        wanted = len(sys.argv) < 3 or shot.name in sys.argv[2:]
        if wanted and (folder / f"{shot.name}.json").exists():
            listed[shot.name] = encode(shot.name, shot.size, folder)
            print(shot.name, flush=True)
    ordered = {shot.name: listed[shot.name] for shot in shots if shot.name in listed}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in ordered.items())
    LISTED.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
