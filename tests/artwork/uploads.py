"""Files that somebody may send: good photographs, and what only looks like one."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tests.artwork.sheets import SHEETS, sheet_photograph

HEIC = (Path(__file__).parent / "sheet.heic").read_bytes()
"""A sheet as an iPhone would send it, turned by its EXIF, with a place in it."""
PLACE = b"51.501N-0.142W-PLANTED"
"""Stands where a telephone writes where it was."""
A_DOZEN = (
    "nothing", "text", "svg-with-a-file", "animated-webp", "bomb-51-megapixels", "jpeg-that-claims-65500",
    "heic-cut-short", "png-of-unknown-colour", "script-before-jpeg", "thumbnail", "text-bomb", "scans",
)  # fmt: skip
"""Of the hostile files such as are refused in different ways. Of all sixty test_photographs.py asks."""


def photograph(width_px: int = 900) -> bytes:
    return sheet_photograph(SHEETS[0], width_px).data


def noise(size: tuple[int, int] = (400, 300)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8), "RGB")


def saved(picture: Image.Image, form: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def with_a_place(form: str, orientation: int = 1) -> bytes:
    """A photograph with a place, a maker's note, a colour profile and a comment."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, PLACE.decode()
    exif.get_ifd(0x8825)[0x001D] = PLACE.decode()
    more = {"comment": PLACE} if form == "JPEG" else {}
    picture = Image.open(io.BytesIO(photograph()))
    return saved(picture, form, exif=exif.tobytes(), icc_profile=b"\0" * 128 + PLACE, **more)


def png(
    wide: int, high: int, rows: bytes, *more: tuple[bytes, bytes], colour: int = 0, depth: int = 8
) -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, depth, colour, 0, 0, 0)), *more,
        (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def bomb(wide: int, high: int) -> bytes:
    """Few bytes that unfold to many pixels, a bit each."""
    return png(wide, high, b"\0" * ((wide // 8 + 1) * high), depth=1)


def animated(form: str) -> bytes:
    frames = [noise(), noise().rotate(180)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:])


def claims_to_be(size: tuple[int, int], form: str) -> bytes:
    """A small file whose head speaks of a giant."""
    data = bytearray(saved(noise(), form))
    if form == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", size[1], size[0])
    elif form == "PNG":
        data[16:24] = struct.pack(">II", *size)
        data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


@cache
def hostile() -> dict[str, bytes]:
    """Sixty files of which none may be taken, by what they are."""
    jpeg, plain, webp = (saved(noise(), form) for form in ("JPEG", "PNG", "WEBP"))
    found = {
        "nothing": b"",
        "one-byte": b"\xff",
        "text": b"Dear Sir or Madam, " * 90,
        "html": b"<!doctype html><script>x</script>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>',
        "svg-with-entities": b'<!DOCTYPE s [<!ENTITY a "aa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        "svg-with-a-file": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "svgz": zlib.compress(b"<svg/>"),
        "pdf": b"%PDF-1.7\n1 0 obj\n",
        "zip": b"PK\x03\x04" + b"\0" * 400,
        "elf": b"\x7fELF" + b"\0" * 400,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 300,
        "mvg": b"push graphic-context\nviewbox 0 0 9 9\n",
        "gif": saved(noise().quantize(16), "GIF"),
        "animated-gif": animated("GIF"),
        "apng": animated("PNG"),
        "animated-webp": animated("WEBP"),
        "tiff": saved(noise(), "TIFF"),
        "bmp": saved(noise(), "BMP"),
        "tga": saved(noise(), "TGA"),
        "ico": saved(noise(), "ICO"),
        "ppm": saved(noise(), "PPM"),
        "dds": saved(noise(), "DDS"),
        "icns": saved(noise((512, 512)), "ICNS"),
        "sgi": saved(noise(), "SGI"),
        "pcx": saved(noise(), "PCX"),
        "jpeg2000": saved(noise(), "JPEG2000"),
        "avif": saved(noise(), "AVIF"),
        "eps": saved(noise(), "EPS"),
        "bomb-100-megapixels": bomb(10_000, 10_000),
        "bomb-900-megapixels": bomb(30_000, 30_000),
        "bomb-51-megapixels": bomb(8_000, 6_400),
        "one-row-of-two-billion": claims_to_be((2**31 - 1, 1), "PNG"),
        "jpeg-that-claims-65500": claims_to_be((65_500, 65_500), "JPEG"),
        "png-that-claims-a-giant": claims_to_be((60_000, 60_000), "PNG"),
        "jpeg-cut-short": jpeg[: len(jpeg) // 2],
        "png-cut-short": plain[: len(plain) // 2],
        "webp-cut-short": webp[: len(webp) // 2],
        "heic-cut-short": HEIC[: len(HEIC) // 2],
        "heic-head-alone": HEIC[:64],
        "jpeg-head-alone": jpeg[:20],
        "png-head-alone": plain[:33],
        "png-of-no-width": png(0, 300, b""),
        "png-of-no-height": png(300, 0, b""),
        "png-without-pixels": png(300, 300, b""),
        "png-of-unknown-colour": png(300, 300, b"\0" * 90_300, colour=5),
        "webp-of-nothing": b"RIFF\x04\0\0\0WEBP",
        "jpeg-as-png": b"\x89PNG\r\n\x1a\n" + jpeg,
        "png-as-jpeg": b"\xff\xd8\xff\xe0" + plain,
        "heic-of-noise": HEIC[:300] + bytes(range(256)) * 40,
        "zip-before-jpeg": b"PK\x03\x04" + jpeg,
        "html-before-png": b"<html>" + plain,
        "script-before-jpeg": b"#!/bin/sh\n" + jpeg,
        "thumbnail": saved(noise((160, 120)), "JPEG"),
        "one-pixel": saved(noise((1, 1)), "PNG"),
        "strip": saved(noise((4000, 8)), "PNG"),
        "text-bomb": png(
            300, 300, b"\0" * 90_300, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100_000_000, 1))
        ),
        "profile-bomb": png(
            300, 300, b"\0" * 10, (b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 100_000_000, 1))
        ),
        "scans": jpeg[:-2] + b"\xff\xda" * 400 + b"\xff\xd9",
    }
    assert len(found) == 60, len(found)
    return found
