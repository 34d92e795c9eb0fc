"""To look at a calibration: `python overlay.py FOLDER NAME OUT.png` draws it, with words, on a picture."""

import json
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from words import areas, polygons  # noqa: E402

from shop.engraving.areas import outline  # noqa: E402

TRIED = {"ring": ("cormorant-sc", "part of me, always"), "bar": ("marcellus", "Rhys & Mabli")}


def main() -> None:
    """Draw it."""
    folder, name, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    entry = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    picture = Image.open(folder / f"{name}.png").convert("RGB")
    draw = ImageDraw.Draw(picture)
    for key, side in entry["sides"].items():
        area = areas(re.sub(r"-(silver|gold)-\w+$", "", name))[key]
        a, b, c, d, e, f = side["matrix"]
        to = np.array([[a, c], [b, d]])
        face, text = TRIED.get(area.shape, ("great-vibes", "Siân"))
        for line in outline(area):
            points = np.array(line) * (1, -1) @ to.T + (e, f)
            draw.line([tuple(p) for p in [*points, points[0]]], fill=(220, 0, 0))
        for points in polygons(area, face, text)[0]:
            draw.line([tuple(p) for p in points @ to.T + (e, f)], fill=(40, 36, 34), width=2)
        for path in re.findall(r"M([^Z]+)Z", side.get("clip", "")):
            points = [tuple(float(v) for v in p.split()) for p in path.split("L")]
            draw.line([*points, points[0]], fill=(0, 90, 220))
    picture.save(target)


if __name__ == "__main__":
    main()
