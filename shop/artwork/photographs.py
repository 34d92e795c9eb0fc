"""A photograph as it comes, decoded to bare pixels, upright: no metadata, no profile, nothing of the file.

Only the first picture of four formats is read, and a file with more pictures, or of more pixels than any
telephone takes, is refused. This runs in the process of tracing_program.py and nowhere else: decoders are the
likeliest way in.
"""

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from shop.artwork.refusals import NotTraced

MOST_PIXELS: Final = 50_000_000
KEPT_PIXELS: Final = 16_000_000
"""More are made fewer at once: the metal needs a tenth of them."""
ENOUGH_PIXELS: Final = KEPT_PIXELS // 4
"""A JPEG is halved while it is decoded, as long as so many are left."""
_MOST_HALVED: Final = 8
FEWER_PIXELS: Final = {"WEBP": 20_000_000, "HEIF": 25_000_000}
"""Of the forms that can only be read whole, with copies: so many take under 400 MiB."""
FOUR_COLOURS_PIXELS: Final = 40_000_000
"""The same for what is transparent, or mixed for a press."""
_THREE: Final = 3
LEAST_EDGE: Final = 200
MOST_SCANS: Final = 24
"""Of a JPEG: cameras write one, careful programs about ten; each costs a pass over the whole picture."""
_TAKEN: Final = (JpegImagePlugin.JpegImageFile, PngImagePlugin.PngImageFile, WebPImagePlugin.WebPImageFile)
"""No other decoder is loaded; that of HEIC is when a file says that it is one."""
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_START_OF_SCAN: Final = b"\xff\xda"

UNREADABLE: Final = (
    "This file could not be read as a photograph. "
    "A JPEG, PNG, WebP or HEIC is taken, as telephones make them."
)
TOO_MANY_PIXELS: Final = "The photograph has more than 50 million pixels. Please send a smaller one."
TOO_MUCH_MEMORY: Final = (
    "A photograph so large takes too much memory to read in this form. "
    "Please send it as an ordinary JPEG, or a smaller one."
)
MOVES: Final = "This file has more than one picture in it. Please send a photograph that does not move."
TOO_SMALL: Final = (
    "The photograph is too small to trace. Please send it as the telephone took it, not a thumbnail."
)


def read_photograph(sent: bytes, enough: int = ENOUGH_PIXELS) -> Image.Image:
    """The photograph in red, green and blue, upright, of `enough` pixels if it has them. Raises NotTraced."""
    taken = [form.format for form in _TAKEN]
    if sent[4:8] == b"ftyp" and sent[8:12] in _HEIC_BRANDS:
        taken = [_take_heic()]
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(sent), formats=taken) as found:
            _refuse_costly(found, sent)
            return _bare(found, enough)
    except (NotTraced, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - decoders fail in many ways, and none of them is ours to tell apart
        raise NotTraced(UNREADABLE) from None


def _take_heic() -> str:
    """Pillow's name of the format, once it can read it."""
    import pi_heif  # noqa: PLC0415 - few files need it

    pi_heif.register_heif_opener(thumbnails=False)
    return "HEIF"


def _refuse_costly(found: Image.Image, sent: bytes) -> None:
    pixels = found.width * found.height
    if pixels > MOST_PIXELS:
        raise NotTraced(TOO_MANY_PIXELS)
    most = FOUR_COLOURS_PIXELS if len(found.getbands()) > _THREE else MOST_PIXELS
    if pixels > FEWER_PIXELS.get(found.format or "", most):
        raise NotTraced(TOO_MUCH_MEMORY)
    # A telephone's JPEG may carry a second view or a depth map behind the first, which nobody looks at.
    if getattr(found, "n_frames", 1) > 1 and found.format not in {"MPO", "HEIF"}:
        raise NotTraced(MOVES)
    if min(found.size) < LEAST_EDGE:
        raise NotTraced(TOO_SMALL)
    if found.format in {"JPEG", "MPO"} and sent.count(_START_OF_SCAN) > MOST_SCANS:
        raise NotTraced(UNREADABLE)


def _bare(found: Image.Image, enough: int) -> Image.Image:
    """Colours and nothing else; what was transparent lies on white."""
    turn = found.getexif().get(_ORIENTATION, 1) if found.format != "HEIF" else 1
    if found.format in {"JPEG", "MPO"}:
        _halve(found, enough)
    found.load()
    shown: Image.Image = found
    if shown.width * shown.height > KEPT_PIXELS:
        shown = shown.reduce(2)
    plain = _on_white(shown)
    if turn in _TURNS:
        plain = plain.transpose(_TURNS[turn])
    plain.info.clear()
    return plain


def _halve(found: Image.Image, enough: int) -> None:
    """Have it decoded to a half, a quarter or an eighth of its width and height: its blocks know them."""
    share = _MOST_HALVED
    while share > 1 and (found.width // share) * (found.height // share) < enough:
        share //= 2
    found.draft("RGB", (found.width // share, found.height // share))


def _on_white(shown: Image.Image) -> Image.Image:
    if shown.mode.startswith(("I", "F")):  # 16 bits a pixel: the upper eight are what a screen shows
        shown = shown.point(lambda value: value / 256).convert("L")
    if not shown.has_transparency_data:
        return shown.convert("RGB") if shown.mode != "RGB" else shown.copy()
    seen = shown.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    return plain


_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By EXIF's number (CIPA DC-008, 4.6.4): how the pixels are turned until the photograph is upright."""
