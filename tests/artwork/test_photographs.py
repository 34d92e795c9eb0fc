"""Of a photograph that somebody sends only pixels are kept; and what is no photograph is refused."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from shop.artwork import tracing_program
from shop.artwork.photographs import FEWER_PIXELS, FOUR_COLOURS_PIXELS, TOO_MUCH_MEMORY
from shop.artwork.refusals import NotTraced
from shop.artwork.sandbox import bare_picture
from tests.artwork.uploads import HEIC, PLACE, hostile, photograph, saved, with_a_place

pytestmark = pytest.mark.slow


def shown(picture: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(picture))
    assert found.format == "JPEG"
    return found


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_that_says_where_it_was_taken_is_taken_without_it(form: str) -> None:
    sent = with_a_place(form)
    assert PLACE in sent
    picture = bare_picture(sent)
    assert PLACE not in picture
    found = shown(picture)
    assert not found.getexif()
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_an_iphones_photograph_is_taken_upright_and_without_its_place() -> None:
    assert PLACE in HEIC
    picture = bare_picture(HEIC)
    assert PLACE not in picture
    assert shown(picture).size == (480, 640), "turned as it was held"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_upright_however_the_telephone_was_held(orientation: int) -> None:
    turned = {  # what a telephone held so writes down, by EXIF's own words for each number
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    upright = Image.open(io.BytesIO(photograph())).resize((400, 300))
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = upright.transpose(turned) if turned is not None else upright
    found = np.asarray(shown(bare_picture(saved(held, "PNG", exif=exif))).convert("L"), int)
    assert np.abs(found - np.asarray(upright.convert("L"), int)).mean() < 4


def test_fifty_million_pixels_are_taken_and_made_fewer() -> None:
    giant = Image.new("L", (8_600, 5_800), 200)
    assert shown(bare_picture(saved(giant, "JPEG", quality=30))).size == (4_300, 2_900)


def test_what_hides_behind_a_photograph_is_left_behind() -> None:
    sent = photograph() + b"PK\x03\x04" + PLACE + b"<script>alert(1)</script>"
    picture = bare_picture(sent)
    assert PLACE not in picture
    assert b"<script" not in picture


def test_what_was_transparent_lies_on_white() -> None:
    glass = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    assert np.asarray(shown(bare_picture(saved(glass, "PNG")))).min() > 250


def test_what_is_no_photograph_is_refused_with_what_to_do() -> None:
    for name, sent in hostile().items():
        with pytest.raises(NotTraced) as refused:
            bare_picture(sent)
        said = str(refused.value)
        assert said.endswith("."), name
        assert "lease send" in said or "is taken" in said, name


MOST_MIB = 400
RUN = (
    "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__'); "
    "sys.stderr.write(open('/proc/self/status').read())"
)


def giant(form: str, mode: str, pixels: int) -> bytes:
    side = int(pixels**0.5)
    how = {"WEBP": {"quality": 30, "method": 0}, "PNG": {"compress_level": 1}}[form]
    return saved(Image.new(mode, (side, side), 200 if mode == "L" else "white"), form, **how)


@pytest.mark.parametrize(("form", "mode", "pixels"), [
    ("WEBP", "RGB", FEWER_PIXELS["WEBP"]), ("PNG", "RGBA", FOUR_COLOURS_PIXELS),
])  # fmt: skip
def test_the_largest_that_is_taken_takes_less_than_400_mib(form: str, mode: str, pixels: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, tracing_program.__file__],
        input=b'{"request": null}\n' + giant(form, mode, pixels),
        capture_output=True,
        check=True,
    )
    assert done.stdout[:1] == b"+"
    (most,) = re.findall(rb"VmHWM:\s+(\d+) kB", done.stderr)
    assert int(most) / 1024 < MOST_MIB


def test_a_larger_one_is_refused_with_the_form_to_send() -> None:
    with pytest.raises(NotTraced) as refused:
        bare_picture(giant("WEBP", "RGB", FEWER_PIXELS["WEBP"] * 5 // 4))
    assert str(refused.value) == TOO_MUCH_MEMORY
