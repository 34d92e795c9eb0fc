"""The gallery shows the shop as it is: each picture is taken again and held against the one that is kept.

`make gallery` takes them anew, when a page was meant to change.
"""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageChops

from shop import clock
from shop.orders import approved_engraving, lifecycle
from tests.browser import all_loaded
from tests.engines import ONE_ENGINE
from tests.gallery.pictures import PHONE, PICTURES, Picture

HERE = Path(__file__).parent
A_DAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
COARSE = 8
"""Pixels to a spot: another release of the browser smooths its letters otherwise, but moves none."""
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
SPOT = 24
"""Of 255: what a spot may differ by."""


@pytest.fixture(autouse=True)
def same_day_same_order_same_proof(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: A_DAY)
    references = (f"PM-7K3Q-2{letter}" for letter in "FGHJKMNPQRST")
    monkeypatch.setattr(lifecycle, "new_reference", lambda: next(references))
    monkeypatch.setattr(approved_engraving, "secrets", SimpleNamespace(token_hex=lambda size: "00" * size))


@pytest.mark.browser
@ONE_ENGINE
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_in_the_gallery_is_what_the_shop_shows(visit, picture, request):
    shown, words = taken(visit, picture)
    kept, said = HERE / f"{picture.name}.webp", HERE / f"{picture.name}.txt"
    if folder := request.config.getoption("pictures"):
        shown.save(folder / kept.name, quality=82, method=6)
        (folder / said.name).write_text(words, encoding="utf-8")
        return
    assert kept.exists(), f"{kept.name} is not in the gallery: run `make gallery`"
    difference = worst_spot(shown, Image.open(kept).convert("RGB"))
    assert words == said.read_text(encoding="utf-8"), f"{kept.name} shows other words: run `make gallery`"
    assert difference <= SPOT, f"{kept.name} shows another page than the shop does: run `make gallery`"


def test_twelve_pictures_and_no_other_file():
    assert len(PICTURES) == 12
    assert {file.stem for file in HERE.glob("*.webp")} == {picture.name for picture in PICTURES}
    said = (HERE / "README.md").read_text()
    for picture in PICTURES:
        assert f"![{picture.says}]({picture.name}.webp)" in said


def test_a_page_that_changed_is_noticed():
    page = Image.new("RGB", (800, 600), "#FBF8F3")
    changed = page.copy()
    changed.paste("#33433A", (100, 100, 180, 112))  # as large as a button
    assert worst_spot(page, page) == 0
    assert worst_spot(page, changed) > SPOT
    assert worst_spot(page, page.resize((800, 610))) > SPOT


def taken(visit, picture: Picture) -> tuple[Image.Image, str]:
    """The screen as its visitor has it, and every word of the page: a digit is too small to tell apart."""
    width, height = picture.size
    visitor = visit(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if picture.size == PHONE else 1,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/London",
    )
    picture.enter(visitor)
    all_loaded(visitor.page)
    if picture.near:
        visitor.page.locator(picture.near).first.evaluate("place => place.scrollIntoView()")
    words = DIGEST.sub("(a digest)", visitor.page.locator("body").inner_text())
    return Image.open(BytesIO(visitor.page.screenshot(caret="hide"))).convert("RGB"), words + "\n"


def worst_spot(one: Image.Image, other: Image.Image) -> int:
    """How much the most different spot of two pictures differs, of 255; 255 if their sizes do."""
    if one.size != other.size:
        return 255
    small = (one.width // COARSE, one.height // COARSE)
    apart = ImageChops.difference(
        one.resize(small, Image.Resampling.BOX), other.resize(small, Image.Resampling.BOX)
    )
    return max(high for _, high in apart.getextrema())
