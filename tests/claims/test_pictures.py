"""A picture that is sent is made anew: upright, small, without anything else that was in the file."""

from io import BytesIO
from struct import pack
from zlib import compress, crc32

import pytest
from PIL import Image

from shop.claims.pictures import LONGEST_EDGE, MOST_BYTES, NotAPicture, read_picture
from tests.claims.conftest import photograph

HERE = "51.3811 N"


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def with_place(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, HERE
    return photograph((400, 300), exif=exif, comment=HERE.encode())


def png(width: int, height: int, *chunks: bytes, data: bytes = compress(b"")) -> bytes:
    """A PNG that says it is so large, whatever is in it."""
    parts = [pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0), *chunks, b"IDAT" + data, b"IEND"]
    framed = [pack(">I", len(part) - 4) + part + pack(">I", crc32(part)) for part in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    sent = photograph((64, 64), progressive=True)
    last = sent.rindex(b"\xff\xda")
    return sent[:-2] + sent[last:-2] * count + b"\xff\xd9"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_telephones_make_is_taken(kind: str) -> None:
    found = opened(read_picture(photograph(kind=kind)))
    assert (found.format, found.size) == ("WEBP", (400, 300))


def test_nothing_of_where_it_was_taken_is_kept() -> None:
    sent = with_place()
    assert HERE.encode() in sent
    kept = read_picture(sent)
    assert HERE.encode() not in kept
    assert dict(opened(kept).getexif()) == {}
    assert "exif" not in opened(kept).info


def test_it_stands_upright_though_the_note_that_said_so_is_gone() -> None:
    assert opened(read_picture(with_place(orientation=6))).size == (300, 400)


def test_a_large_one_is_made_smaller() -> None:
    found = opened(read_picture(photograph((6000, 4000))))
    assert found.size == (LONGEST_EDGE, 1067)


def test_what_can_be_seen_through_lies_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    darkest, _ = opened(read_picture(out.getvalue())).convert("L").getextrema()
    assert darkest > 250


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "I;16", "CMYK"])
def test_every_way_to_write_colours_is_understood(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (20, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(read_picture(out.getvalue())).size == (20, 20)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"x",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"GIF89a" + b"\0" * 40,
        photograph()[:200],
        png(10, 10),
        png(0, 0),
        photograph(kind="BMP"),
        photograph(kind="TIFF"),
    ],
    ids=["nothing", "a letter", "svg", "pdf", "gif", "cut off", "no pixels", "of no size", "bmp", "tiff"],
)
def test_what_is_no_picture_is_refused_with_what_to_do(sent: bytes) -> None:
    with pytest.raises(NotAPicture, match="JPEG, PNG or WebP"):
        read_picture(sent)


@pytest.mark.parametrize(
    "sent",
    [
        png(60_000, 60_000, data=compress(b"\0" * 100_000)),
        png(5000, 5000, data=compress(b"\0" * 5000)),
        photograph((5000, 4000), progressive=True),
        scans(40),
    ],
    ids=["3,600 million pixels", "25 million at once", "a large progressive one", "a scan 40 times"],
)
def test_a_bomb_is_refused_before_it_is_opened(sent: bytes) -> None:
    with pytest.raises(NotAPicture, match=r"smaller|read as a picture"):
        read_picture(sent)


def test_words_that_unpack_to_gigabytes_do_no_harm() -> None:
    bomb = b"zTXtComment\0\0" + compress(b"\0" * 80_000_000)
    with pytest.raises(NotAPicture):
        read_picture(png(10, 10, bomb, data=compress((b"\0" * 31) * 10)))


def test_more_than_fits_is_refused_unread() -> None:
    with pytest.raises(NotAPicture, match="8 MB"):
        read_picture(b"\xff" * (MOST_BYTES + 1))
