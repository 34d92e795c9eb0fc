"""The piece's pictures as pixels, for what is painted on them."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from shop.catalogue.views import PictureView
from shop.engraving.groove_painting import Ground

STATIC: Final = Path(__file__).parents[2] / "static"
_ABOVE: Final = 0.6
"""How much of what is cut off lies above: the faces lie a little below the middle (as in site.css)."""
_KEPT: Final = 6
"""Some 0.7 MB each."""


def square_of(picture: PictureView, width_px: int) -> Ground:
    """The square part of a picture that pages show in a list, so many pixels wide.

    Raises OSError for a file that is not there or is no picture.
    """
    kind, widths = next(((k, w) for k, w in picture.renditions if k == "webp"), ("", ()))
    enough = [width for width in widths if width >= width_px]
    file = picture.rendition(kind, min(enough)) if enough else picture.file
    return _square(file, width_px, picture.width, picture.height)


@lru_cache(maxsize=_KEPT)
def _square(file: str, width_px: int, wide: int, high: int) -> Ground:
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    high_px = round(width_px * high / wide)
    top = max(0, round(_ABOVE * (high_px - width_px)))
    with Image.open(STATIC / file) as picture:
        whole = picture.convert("RGB").resize((width_px, high_px), Image.Resampling.LANCZOS)
    return Ground(np.asarray(whole)[top : top + width_px], width_px / wide, 0.0, float(top))
