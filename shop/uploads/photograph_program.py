"""A program of its own, which kept_photographs.py starts: what was sent comes in, a small bare JPEG goes out.

Like the one that traces, it sets limits to itself before it has read a byte.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

MOST_PIXELS = 3_000_000
"""As many as an outline is traced from: no metal shows more."""


def answer(_said: dict[str, object], sent: bytes) -> bytes:
    """A line of JSON, where a sheet is seen or null; then a JPEG. Raises NotTraced.

    It is the photograph upright, of MOST_PIXELS at most, and pixels alone.
    """
    from PIL import Image  # noqa: PLC0415 - once there are limits

    from shop.artwork.photographs import read_photograph  # noqa: PLC0415
    from shop.artwork.sheet_corners import sheet_corners  # noqa: PLC0415

    photograph = read_photograph(sent)
    share = (MOST_PIXELS / (photograph.width * photograph.height)) ** 0.5
    if share < 1:
        size = (int(photograph.width * share), int(photograph.height * share))
        photograph = photograph.resize(size, Image.Resampling.LANCZOS)
    file = BytesIO()
    photograph.save(file, "JPEG", quality=90, subsampling=0)
    return json.dumps(sheet_corners(photograph)).encode() + b"\n" + file.getvalue()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from shop.artwork.tracing_program import serve

    serve(answer)
