"""A program of its own, which kept_photographs.py starts: what was sent comes in, a small bare JPEG goes out.

Like the one that traces, it sets limits to itself before it has read a byte. Where it is asked to, it traces
what it wrote as well, so that a new photograph costs one start.
"""

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

MOST_PIXELS, LEAST_PIXELS = 3_100_000, 2_900_000
"""About as many as an outline is traced from; no metal shows more. Most telephones take four times these."""


def answer(said: dict[str, Any], sent: bytes) -> bytes:
    """A line of JSON, where a sheet is seen or null and what was traced; then a JPEG. Raises NotTraced.

    It is the photograph upright, of MOST_PIXELS at most, and pixels alone.
    """
    from PIL import Image  # noqa: PLC0415 - once there are limits

    from shop.artwork.photographs import read_photograph  # noqa: PLC0415
    from shop.artwork.sheet_corners import sheet_corners  # noqa: PLC0415

    photograph = read_photograph(sent, LEAST_PIXELS)
    share = (MOST_PIXELS / (photograph.width * photograph.height)) ** 0.5
    if share < 1:
        size = (int(photograph.width * share), int(photograph.height * share))
        photograph = photograph.resize(size, Image.Resampling.LANCZOS)
    file = BytesIO()
    photograph.save(file, "JPEG", quality=90, subsampling=0)
    found: dict[str, Any] = {"corners": sheet_corners(photograph)}
    if said["request"]:
        found |= _traced(said["request"], found["corners"], file.getvalue())
    return json.dumps(found).encode() + b"\n" + file.getvalue()


def _traced(request: dict[str, Any], corners: object, jpeg: bytes) -> dict[str, Any]:
    """The outlines, or why there are none: from the JPEG, as they are when it is traced again."""
    from shop.artwork.photographs import read_photograph  # noqa: PLC0415
    from shop.artwork.refusals import NotTraced  # noqa: PLC0415
    from shop.artwork.request import Request  # noqa: PLC0415
    from shop.artwork.tracing import traced  # noqa: PLC0415

    asked_for = Request.of(request | ({"corners": corners} if corners else {}))
    try:
        return {"outlines": traced(read_photograph(jpeg), asked_for).written()}
    except NotTraced as refused:
        return {"refused": str(refused)}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from shop.artwork.tracing_program import serve

    serve(answer)
