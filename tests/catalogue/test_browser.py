"""In a real browser: everything large enough for a thumb, and all of it without JavaScript.

What axe objects to, and what is wider than a phone, `journeys/test_page_states.py` finds.
"""

import pytest
from sqlalchemy import select

from shop import web
from shop.catalogue import piece_pages, snapshot
from shop.catalogue.models import Variant
from tests.browser import axe

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]


@pytest.fixture
def pages_of(app, said):
    """Addresses of everything to look at, the building blocks and errors among them."""

    @app.get("/refused")
    def refused():
        with app.extensions["shop"].database.reading() as session:
            catalogue = snapshot.load(session)
        return piece_pages.piece_page(
            catalogue,
            "disc",
            values={},
            errors={"variant": "Please choose.", "engraving-front-1": "Too long."},
        )

    @app.get("/down")
    def down():
        return web.error_html(503)

    return [
        "/",
        "/pieces",
        "/pieces/disc",
        "/pieces/petal",
        "/nowhere",
        "/down",
        "/styleguide",
        "/support",
        "/refused",
    ]


def test_every_control_is_large_enough_for_a_thumb(browser, live_server, pages_of):
    page = browser.new_page(viewport={"width": 375, "height": 800})
    try:
        for path in pages_of:
            page.goto(live_server + path)
            small = page.evaluate(
                """() => [...document.querySelectorAll('a, button, .tile, .input')]
                .filter(e => !e.closest('p:not(.row), .skip, h1, h2, h3'))
                .filter(e => getComputedStyle(e).display !== 'inline')
                .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
                .filter(([, r]) => r.width > 1 && r.height < 43.9).map(([h, r]) => [h, r.height])"""
            )
            assert small == [], path
    finally:
        page.close()


def test_choosing_gold_shows_gold_and_its_price_without_any_script(app, browser, live_server, said):
    with app.extensions["shop"].database.reading() as session:
        gold = session.scalars(select(Variant.id).where(Variant.sku == "DISC-GOLD-18")).one()
    page = browser.new_page(java_script_enabled=False)
    try:
        page.goto(f"{live_server}/pieces/disc")
        assert page.locator("[data-picture=disc-silver-front]").is_visible()
        assert page.locator(".price .costs").inner_text() == "From £84"
        page.locator(f"input[name=variant][value='{gold}']").check()
        assert page.locator("[data-picture=disc-gold-front]").is_visible()
        assert page.locator("[data-picture=disc-silver-front]").is_hidden()
        assert page.locator(".price .costs").inner_text() == "£104"
        assert page.get_by_alt_text("Plated in warm yellow gold. The plain back").is_visible()
        assert page.get_by_alt_text("In silver. The plain back").is_hidden()
        page.goto(f"{live_server}/pieces/disc?metal=gold")
        assert page.locator("[data-picture=disc-gold-front]").is_visible()
        page.locator("[data-metal=silver]").first.check()
        assert page.locator("[data-picture=disc-silver-front]").is_visible()
        assert page.locator("[data-picture=disc-gold-front]").is_hidden()
        assert page.locator(".price .costs").inner_text() == "£84"
    finally:
        page.close()


def test_the_basket_count_comes_from_the_buyers_own_browser(browser, live_server, said):
    context = browser.new_context()
    try:
        context.add_cookies([{"name": "basket_items", "value": "2", "url": live_server}])
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{live_server}/pieces/disc")
        assert page.locator("[data-basket-count]").first.text_content() == "2"
        assert complaints == []
        context.clear_cookies()
        page.reload()
        assert page.locator("[data-basket-count]").first.text_content() == ""
    finally:
        context.close()


def test_piece_price_and_button_stay_in_sight_on_a_phone_and_cover_nothing_that_is_reached(
    browser, live_server, said
):
    page = browser.new_page(viewport={"width": 375, "height": 667})
    try:
        page.goto(f"{live_server}/pieces/disc")
        button = page.get_by_role("button", name="Add to basket")
        assert button.count() == 1, "whoever hears the page meets it once, at the end of the form"
        bar = page.locator(".buy")
        box = bar.bounding_box()
        assert abs(box["y"] + box["height"] - 667) < 1
        page.locator("[data-metal=gold]").first.check()
        assert bar.inner_text().split("\n")[:2] == ["Disc", "£104"]
        covered = page.evaluate(
            """() => [...document.querySelectorAll('.piece-form :is(input, textarea, a, summary, button)')]
            .filter(e => e.checkVisibility() && !e.disabled)
            .filter(e => {
              e.focus();
              const bar = document.querySelector('.buy').getBoundingClientRect();
              return e.getBoundingClientRect().bottom > bar.top && bar.top < innerHeight;
            }).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert covered == []
        page.locator("#dedication").focus()
        assert bar.evaluate("bar => getComputedStyle(bar).position") == "static", "a keyboard needs the room"
        page.locator(".photos").scroll_into_view_if_needed()
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, document.body.scrollHeight)")
        assert bar.bounding_box()["y"] < 0, "it rests where the form ends"
    finally:
        page.close()


FETCHED = "() => document.querySelector('.stage-view:not([hidden]) img').currentSrc"


@pytest.mark.parametrize(
    ("wide", "fine", "needed"),
    [(375, 2, 700), (375, 3, 1000), (430, 3, 1000), (1280, 1, 700), (1280, 2, 1600)],
)
def test_a_stage_is_fetched_as_finely_as_the_screen_shows_it(browser, live_server, said, wide, fine, needed):
    page = browser.new_page(viewport={"width": wide, "height": 800}, device_scale_factor=fine)
    try:
        page.goto(f"{live_server}/pieces/disc")
        assert f"disc-silver-front-{needed}.avif" in page.evaluate(FETCHED)
        page.get_by_role("button", name="Look closer").click()
        closer = page.locator(".closer-picture img")
        closer.wait_for()
        assert "disc-silver-front-1600.avif" in closer.evaluate("picture => picture.currentSrc")
    finally:
        page.close()


def test_a_piece_is_turned_over_looked_at_closely_and_seen_as_large_as_life(browser, live_server, said):
    page = browser.new_page(viewport={"width": 375, "height": 667})
    try:
        page.goto(f"{live_server}/pieces/disc")
        page.get_by_role("button", name="Show the back").click()
        assert page.locator("[data-picture=disc-silver-back]").is_visible()
        page.locator("[data-picture=disc-silver-back]").click()
        assert page.locator("[data-picture=disc-silver-front]").is_visible(), "a tap on it turns it, too"
        page.get_by_role("button", name="Show the back").click()
        page.locator("[name=engraving-front-1]").fill("Siân")
        page.locator("[data-picture=disc-silver-front] svg path").first.wait_for()
        page.get_by_role("button", name="Look closer").click()
        page.get_by_role("button", name="Larger").click()
        assert page.locator(".closer-picture svg path").count() == 4
        assert page.locator(".closer-picture").bounding_box()["width"] > 375
        page.get_by_role("button", name="True size").click()
        slider = page.get_by_role("slider", name="How wide the card is on the screen")
        slider.fill("323.5")
        card = page.locator(".closer-card").bounding_box()
        assert card["height"] / card["width"] == pytest.approx(85.60 / 53.98, abs=0.01)
        assert axe(page) == []
        page.get_by_role("button", name="It fits").click()
        across = page.locator("[data-picture=disc-silver-front]").get_attribute("data-mm")
        seen = page.locator(".closer-picture").bounding_box()["width"]
        assert seen == pytest.approx(float(across) * card["width"] / 53.98, abs=1)
        assert axe(page) == []
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent") == "Look closer"
        page.reload()
        page.get_by_role("button", name="Look closer").click()
        page.get_by_role("button", name="True size").click()
        assert page.locator(".closer-picture").bounding_box()["width"] == pytest.approx(seen, abs=1)
    finally:
        page.close()


def test_the_picture_is_called_by_its_words_and_new_heights_of_letters_are_spoken(browser, live_server, said):
    page = browser.new_page(viewport={"width": 375, "height": 667})
    spoken, tall = page.locator("[data-spoken]"), "Front, Line 1: Your letters will be up to {} mm tall."
    try:
        page.goto(f"{live_server}/pieces/disc")
        page.locator("[name=engraving-front-1]").fill("Wren")
        page.get_by_role("img", name="The front, with “Wren” on it.").wait_for()
        spoken.filter(has_text=tall.format(4.3)).wait_for(state="attached")
        page.locator("[name=face][value=marcellus]").check(force=True)
        spoken.filter(has_text=tall.format(2.8)).wait_for(state="attached")
        page.get_by_role("button", name="Look closer").click()
        page.get_by_text("True size and In the hand show how large it is.").wait_for()
        page.get_by_role("button", name="In the hand").click()
        page.get_by_role("img", name="The front, with “Wren” on it. It lies in a drawn hand.").wait_for()
        page.keyboard.press("Escape")
        page.locator("[name=engraving-front-1]").fill("")
        page.get_by_role("img", name="its face polished and empty").wait_for()
    finally:
        page.close()


def test_a_piece_lies_in_a_drawn_hand_beside_a_penny_or_as_large_as_life(browser, live_server, said):
    page = browser.new_page(viewport={"width": 375, "height": 667})

    def width(selector):
        return page.locator(selector).bounding_box()["width"]

    try:
        page.goto(f"{live_server}/pieces/heart")
        across = float(page.locator("[data-picture=heart-silver-front]").get_attribute("data-mm"))
        page.locator("[name=engraving-front-1]").fill("Siân")
        page.locator("[data-picture=heart-silver-front] svg path").first.wait_for()
        page.get_by_role("button", name="Look closer").click()
        page.get_by_role("button", name="In the hand").click()
        assert width(".closer-hand") <= 375, "all of it is in sight"
        assert width(".closer-coin") / width(".closer-picture") == pytest.approx(20.3 / across, abs=0.01)
        assert page.locator(".closer-picture svg path").count() == 4, "with the words"
        assert "a penny beside it" in page.locator(".closer-said").text_content()
        page.get_by_role("button", name="True size").click()
        page.get_by_role("slider").fill("323.5")
        page.get_by_role("button", name="It fits").click()
        page.get_by_role("button", name="In the hand").click()
        assert width(".closer-hand") == pytest.approx(75 * 323.5 / 53.98, abs=0.5)
        assert width(".closer-picture") == pytest.approx(across * 323.5 / 53.98, abs=0.5)
        assert not page.locator(".closer-coin").count(), "a screen that was measured needs none"
        middle = page.locator(".closer-picture").bounding_box()
        assert 0 < middle["x"] < 375 - middle["width"], "the piece is in sight, though the hand is wider"
        assert 0 < middle["y"] < 667 - middle["height"]
        assert axe(page) == []
    finally:
        page.close()


def test_the_signs_are_drawn_once_somebody_looks_for_one(browser, live_server):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(f"{live_server}/pieces/disc", wait_until="networkidle")
        assert not any("signs.svg" in address for address in asked)
        with page.expect_request("**/signs.svg*"):
            page.get_by_text("Add a small sign").click()
        assert page.locator(".sign-button svg.sign").count() == page.locator(".sign-button").count() > 0
    finally:
        page.close()


def test_the_signs_are_drawn_without_any_script(browser, live_server):
    page = browser.new_page(java_script_enabled=False)
    try:
        page.goto(f"{live_server}/pieces/disc")
        page.get_by_text("Add a small sign").click()
        assert page.locator(".sign-button svg.sign").first.is_visible()
    finally:
        page.close()
