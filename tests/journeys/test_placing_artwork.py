"""Artwork on the stage is moved by a finger, a mouse and keys, and bought where it was seen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.artwork.outlines import sent
from tests.journeys.live_shop import LiveShop

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]

HERS = "h" * 43
INK = """() => {
  const all = document.querySelectorAll(".artwork path, .line-proof path.words");
  const drawn = [...all].find((path) => path.getClientRects().length);
  const own = drawn.transform.baseVal.consolidate()?.matrix ?? new DOMMatrix();
  const numbers = drawn.getAttribute("d").match(/-?[\\d.]+(e-\\d+)?/g).map(Number);
  const xs = [], ys = [];
  for (let at = 0; at < numbers.length; at += 2) {
    const { x, y } = new DOMPoint(numbers[at], numbers[at + 1]).matrixTransform(own);
    xs.push(x); ys.push(y);
  }
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}"""
"""What its outline covers on the side, in mm: left, right, top and bottom."""


@pytest.fixture
def page(browser: Browser, live_shop: LiveShop) -> Iterator[Page]:
    """A phone whose buyer has sent a foot print, on the disc's front."""
    context = browser.new_context(
        base_url=live_shop.address, viewport={"width": 375, "height": 812}, has_touch=True
    )
    context.add_cookies([{"name": "basket", "value": HERS, "url": live_shop.address}])
    page = context.new_page()
    page.goto(f"/pieces/disc/artwork/front/{sent(live_shop.database, HERS)}")
    page.locator(".artwork-handle").wait_for()
    yield page
    context.close()


def number(page: Page, what: str) -> float:
    return float(page.locator(f"[name=artwork-front-{what}]").input_value())


def test_keys_move_it_enlarge_it_and_turn_it(page: Page) -> None:
    width, handle = number(page, "width"), page.locator(".artwork-handle")
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "-", "]", "]"):
        page.keyboard.press(key)
    expect(handle).to_be_focused()
    assert (number(page, "across"), number(page, "down"), number(page, "turn")) == (0.2, -0.1, 2.0)
    assert number(page, "width") == pytest.approx(width - 0.1)
    said = page.locator("[data-artwork-said]")
    expect(said).to_have_text(re.compile(r"0\.2 mm right and 0\.1 mm above the middle"))
    assert said.get_attribute("role") == "status"


def test_a_finger_moves_it_by_what_it_moved(page: Page) -> None:
    handle = page.locator(".artwork-handle")
    box = handle.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 12, box["y"] + box["height"] / 2 - 6, steps=5)
    page.mouse.up()
    moved = handle.bounding_box()
    assert moved
    assert moved["x"] - box["x"] == pytest.approx(12, abs=1)
    assert moved["y"] - box["y"] == pytest.approx(-6, abs=1)
    assert number(page, "across") == pytest.approx(-2 * number(page, "down"), abs=0.1)
    assert page.get_by_role("button", name="Show the back").is_visible(), "the piece was turned over"


def test_words_typed_beside_it_leave_it_where_it_is(page: Page) -> None:
    page.locator("[name=artwork-front-width]").fill("4")
    page.locator("[name=engraving-front-2]").fill("14 May")
    for drawn in ("g.words", ".artwork path"):
        expect(page.locator(f"[data-picture=disc-silver-front] {drawn}")).to_have_count(1)
    page.locator("[name=engraving-front-1]").fill("Wren")
    expect(page.locator("[data-artwork-said]")).to_have_text(re.compile("touches the words"))


def test_taken_off_nothing_of_it_is_left(page: Page) -> None:
    page.get_by_role("button", name="Take it off").click()
    expect(page.locator(".artwork-handle, fieldset.artwork, .stage .artwork")).to_have_count(0)


def test_it_is_bought_where_it_was_seen(page: Page) -> None:
    page.locator("[name=artwork-front-width]").fill("4")
    page.locator("[name=artwork-front-turn]").fill("20")
    expect(page.locator("[data-artwork-said]")).to_have_text(re.compile("mm wide"))
    page.locator("[name=variant]:not([disabled])").first.check(force=True)
    seen = page.evaluate(INK)
    page.get_by_role("button", name="Add to basket").click()
    page.wait_for_url(re.compile("/basket$"))
    bought = page.evaluate(INK)
    assert bought == pytest.approx(seen, abs=0.002)
