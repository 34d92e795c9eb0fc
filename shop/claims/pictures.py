"""A picture that a buyer sends: decoded, turned upright, made smaller and written anew.

Nothing of the file that was sent is kept, so neither where it was taken (EXIF) nor anything hidden in it.
"""

import threading
from io import BytesIO
from typing import Any, Final

MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the file that is sent: twice what telephones make of twelve million pixels."""
MOST_PIXELS: Final = 16_000_000
"""That are decoded at once: about 50 MB for a moment."""
MOST_TO_SHRINK: Final = 64_000_000
"""Of a plain JPEG, which is decoded at an eighth to a half of its size."""
MOST_SCANS: Final = 24
"""Of a JPEG: cameras write one, careful programs about ten; each costs a pass over the whole picture."""
LONGEST_EDGE: Final = 1600
MIMETYPE: Final = "image/webp"

FORMATS: Final = ("JPEG", "PNG", "WEBP")
_START_OF_SCAN: Final = b"\xff\xda"
_ONE_AT_A_TIME: Final = threading.Lock()


class NotAPicture(Exception):
    """The file cannot be taken. The text says why, and what to do, for a person."""


def read_picture(sent: bytes) -> bytes:
    """The picture as WebP, with no edge longer than LONGEST_EDGE. Raises NotAPicture."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - few requests need it, and it takes memory

    if len(sent) > MOST_BYTES:
        raise NotAPicture(
            f"The picture can have {MOST_BYTES // 1024**2} MB at most. Please send a smaller one."
        )
    try:
        with Image.open(BytesIO(sent), formats=FORMATS) as found:
            _refuse_costly(found, sent)
            with _ONE_AT_A_TIME:
                found.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
                ImageOps.exif_transpose(found, in_place=True)
                return _written(found)
    except NotAPicture:
        raise
    except Exception:  # noqa: BLE001 - decoders fail in many ways, and none of them is ours to tell apart
        raise NotAPicture(
            "This file could not be read as a picture. A JPEG, PNG or WebP is taken, as telephones make them."
        ) from None


def _refuse_costly(found: Any, sent: bytes) -> None:
    jpeg = found.format in {"JPEG", "MPO"}
    most = MOST_TO_SHRINK if jpeg and not found.info.get("progressive") else MOST_PIXELS
    if found.width * found.height > most or (jpeg and sent.count(_START_OF_SCAN) > MOST_SCANS):
        raise NotAPicture("The picture is too large to be opened here. Please send a smaller one.")


def _written(picture: Any) -> bytes:
    """Colours and nothing else; what was transparent lies on white."""
    from PIL import Image  # noqa: PLC0415

    plain = Image.new("RGB", picture.size, "white")
    shown = picture.convert("RGBA")
    plain.paste(shown, mask=shown.getchannel("A"))
    out = BytesIO()
    plain.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()
