"""On a small phone, from a photograph to its outline: sent, a corner moved by keyboard, and found sound."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.checkout.test_uploads import PAGE, drawn
from tests.journeys.soundness import faults
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]

PHONE = {"viewport": {"width": 375, "height": 720}}
LONG = 30_000
"""Milliseconds that a busy machine may take to trace."""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    file = tmp_path / "IMG_1.jpg"
    file.write_bytes(drawn(quality=90))
    return file


def sends(somebody: Visitor, sheet: Path) -> None:
    somebody.open(PAGE)
    somebody.page.get_by_text("Handwriting", exact=True).click()
    somebody.page.set_input_files("#photograph", sheet)
    somebody.page.get_by_role("button", name="Show me the outline").click()
    expect(somebody.page).to_have_url(re.compile("/artwork/[0-9a-f]{32}"), timeout=LONG)


def test_a_corner_is_moved_with_the_keyboard_and_the_outline_follows(
    visit: Callable[..., Visitor], sheet: Path
) -> None:
    somebody = visit(**PHONE)
    somebody.open(PAGE)
    assert faults(somebody.page) == []
    sends(somebody, sheet)
    page = somebody.page
    said = page.locator("[data-part=said]")
    expect(said).to_have_text(re.compile(r"^Traced: 1 part, up to [\d.]+ mm wide"))
    assert faults(page) == []
    corner = page.get_by_role("button", name=re.compile("^Top left corner"))
    corner.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(corner).to_have_accessible_name("Top left corner: 5.0 across, 0.5 down")
    before = page.locator(".outline").get_attribute("src")
    expect(page.locator(".outline")).not_to_have_attribute("src", before or "", timeout=LONG)
    expect(said).to_have_text(re.compile("^Traced: 1 part"))
    expect(corner).to_be_focused()
    assert page.locator("#corner-1-across").input_value() == "5.0"
    assert faults(page) == []
    page.get_by_role("button", name="Forget this photograph").click()
    expect(page.get_by_text("are gone")).to_be_visible()
    assert somebody.complaints == []


def test_a_corner_is_dragged_and_where_it_lies_is_what_is_asked_for(
    visit: Callable[..., Visitor], sheet: Path
) -> None:
    somebody = visit(viewport={"width": 1280, "height": 900})
    sends(somebody, sheet)
    page = somebody.page
    frame = page.locator("[data-corners] img").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"], frame["y"] + frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.9 * frame["width"], frame["y"] + 0.95 * frame["height"], steps=4)
    expect(page.locator(".glass"), "what the thumb covers is seen, large").to_be_visible()
    page.mouse.up()
    expect(page.locator(".glass")).to_be_hidden()
    across, down = (float(page.locator(f"#corner-3-{way}").input_value()) for way in ("across", "down"))
    assert (abs(across - 90) < 0.5, abs(down - 95) < 0.5) == (True, True)
    expect(page.locator("[data-part=said]")).to_have_text(re.compile("^Traced"), timeout=LONG)
    assert faults(page) == []


def test_without_script_the_same_forms_do_the_same(visit: Callable[..., Visitor], sheet: Path) -> None:
    somebody = visit(**PHONE, java_script_enabled=False)
    sends(somebody, sheet)
    page = somebody.page
    page.get_by_text("Corners and edges as numbers").click()
    page.fill("#corner-2-across", "96")
    page.get_by_role("button", name="Draw it again").click()
    page.wait_for_load_state()
    assert page.locator("#corner-2-across").input_value() == "96"
    expect(page.locator("[data-part=said]")).to_have_text(re.compile("^Traced: 1 part"))
    expect(page.get_by_role("link", name="Place it on Disc, back")).to_be_visible()


def test_a_file_that_is_no_photograph_is_refused_where_it_was_chosen(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    file = tmp_path / "letter.jpg"
    file.write_bytes(b"Dear Sir or Madam, " * 40)
    somebody = visit(**PHONE)
    somebody.open(PAGE)
    somebody.page.get_by_text("Handwriting", exact=True).click()
    somebody.page.set_input_files("#photograph", file)
    somebody.page.get_by_role("button", name="Show me the outline").click()
    expect(somebody.page.locator("[data-said]")).to_contain_text("could not be read", timeout=LONG)
    assert somebody.page.locator("[type=submit]").first.is_enabled()
    assert somebody.complaints == [f"422: {somebody.shop.address}{PAGE}"], "told to the script alone"
    somebody.complaints.clear()
