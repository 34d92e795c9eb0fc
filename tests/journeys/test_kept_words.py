"""What a buyer typed is there again after a reload, a closed tab, a lost network; and only for them."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import FIELDS

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]

Device = Callable[[], Page]
LINE: str = "#engraving-front-1"
SAID = "What you type is kept on this device until you buy, at most seven days."
A_SECOND = 1000
IN_TIME = """() => {
  const all = JSON.stringify([{...localStorage}, {...sessionStorage}]);
  const typed = [...document.querySelectorAll("form[data-kept] :is(input[type=text], textarea)")];
  return typed.every(({ value }) => all.includes(JSON.stringify(JSON.stringify(value)).slice(3, -3)));
}"""


AGES = """() => {
  for (const [key, said] of Object.entries(localStorage)) {
    localStorage.setItem(key, said.replace(/"at":\\d+/, `"at":${Date.now() - 7 * 24 * 3600 * 1000}`));
  }
}"""
TICKED = "now => Object.values(localStorage).some(said => JSON.parse(said).ticked === now)"
REFUSES = """{
  const put = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, said) {
    if (said.length >= %d) throw new DOMException("no", "QuotaExceededError");
    put.call(this, key, said);
  };
}"""


@pytest.fixture
def context(browser: Browser, live_shop: LiveShop) -> Iterator[BrowserContext]:
    """A device of somebody's own, whose browser keeps no page as it was left."""
    context = browser.new_context(base_url=live_shop.address)
    context.route(re.compile(r"\.(avif|webp|woff2)"), lambda route: route.abort())
    yield context
    context.close()


@pytest.fixture
def new_tab(context: BrowserContext) -> Device:
    """Opens a tab on that device."""
    return context.new_page


def types(page: Page, words: str = "Caoimhe", dedication: str = "") -> Page:
    page.goto("/pieces/disc")
    page.fill(LINE, words)
    page.fill("#dedication", dedication)
    return stays(page)


def stays(page: Page) -> Page:
    """What is typed is on the device within a second."""
    page.wait_for_function(IN_TIME, timeout=A_SECOND)
    return page


def kept(page: Page) -> int:
    """How much of what was typed is on the device."""
    count = (
        "[localStorage, sessionStorage].flatMap(Object.keys).filter(key => key.startsWith('kept:1:')).length"
    )
    return int(page.evaluate(count))


def test_words_and_dedication_are_there_after_a_link_a_reload_and_a_form_that_was_sent_in_vain(
    new_tab: Device,
) -> None:
    page = types(new_tab(), dedication="For you,\nalways")
    page.get_by_role("link", name="How to cancel").click()
    page.wait_for_url("**/delivery**")
    page.goto("/pieces/disc")
    expect(page.locator(LINE)).to_have_value("Caoimhe")
    expect(page.locator("#dedication")).to_have_value("For you,\nalways")
    expect(page.locator(".is-kept")).to_contain_text("What you typed here before is back. " + SAID)
    expect(page.locator(".stage-view:visible [data-words] svg")).to_be_visible()
    page.fill(LINE, "Síle")
    page.reload()
    expect(page.locator(LINE)).to_have_value("Síle")
    page.get_by_role("button", name="Add to basket").click()  # without metal and chain: refused
    expect(page.locator(".summary")).to_be_visible()
    page.goto("/pieces/disc")
    expect(page.locator(LINE)).to_have_value("Síle")
    expect(page.locator("#dedication")).to_have_value("For you,\nalways")


def test_the_lettering_of_a_line_comes_back_with_its_words(new_tab: Device) -> None:
    page = types(new_tab())
    page.locator("details:has([name=face-front-1]) summary").press("Enter")
    page.select_option("[name=face-front-1]", "courier-prime")
    page.wait_for_function("() => Object.values(localStorage).some(said => said.includes('courier-prime'))")
    page.reload()
    for again in (page, new_tab()):
        again.goto("/pieces/disc")
        expect(again.locator("[name=face-front-1]")).to_have_value("courier-prime")
        expect(again.locator("[name=face-front-1]")).to_be_visible()
        expect(again.locator("[name=face-front-2]")).to_have_value("")


def test_what_is_typed_before_the_pages_script_runs_is_kept_too_and_stands_before_what_was_kept(
    context: BrowserContext, new_tab: Device
) -> None:
    types(new_tab(), "Wren", dedication="For you").locator("#kept-tick").check()
    slow: list[Route] = []

    def wait(route: Route) -> None:
        slow.append(route)

    for name, words in (("disc", "Síle"), ("thread", "Ada")):
        context.route("**/kept_words.js*", wait, times=1)
        page = new_tab()
        page.goto(f"/pieces/{name}", wait_until="commit")
        page.fill(LINE, words)
        expect(page.locator(".is-kept")).to_have_count(0)
        slow.pop().continue_()
        expect(page.locator(".is-kept")).to_be_visible()
        expect(page.locator("#dedication")).to_have_value("For you" if name == "disc" else "")
        stays(page).reload()
        expect(page.locator(LINE)).to_have_value(words)


def test_a_form_that_was_refused_keeps_its_box_and_its_words_whatever_is_clicked_then(
    context: BrowserContext, new_tab: Device
) -> None:
    page = types(new_tab(), dedication="For you")
    page.locator("#kept-tick").check()
    page.get_by_role("button", name="Add to basket").click()  # without metal and chain: refused
    expect(page.locator(".summary")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator("#kept-tick")).to_be_checked()
    page.locator("#dedication").click()
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    stays(page).close()
    page = new_tab()
    page.goto("/pieces/disc")
    expect(page.locator(LINE)).to_have_value("Caoimhe")
    expect(page.locator("#dedication")).to_have_value("For you")
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator(".summary")).to_be_visible()
    page.locator("label.tile", has_text="18 in").first.click()
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("h1")).to_have_text("Your basket")
    page.wait_for_load_state()
    context.clear_cookies()
    page.goto("/pieces/disc")
    expect(page.locator("#dedication")).to_have_value("For you")


def test_in_a_new_tab_the_words_are_there_and_the_dedication_only_if_its_box_was_ticked(
    new_tab: Device,
) -> None:
    for ticked, dedication in ((False, ""), (True, "For you")):
        page = types(new_tab(), dedication="For you")
        page.locator("#kept-tick").set_checked(ticked)
        page.wait_for_function(TICKED, arg=ticked)
        page.close()
        page = new_tab()
        page.goto("/pieces/disc")
        expect(page.locator(LINE)).to_have_value("Caoimhe")
        expect(page.locator("#dedication")).to_have_value(dedication)


def test_what_was_added_is_in_the_basket_and_comes_back_only_if_that_is_lost(new_tab: Device) -> None:
    page = types(new_tab(), dedication="For you")
    page.locator("label.tile", has_text="18 in").first.click()
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("h1")).to_have_text("Your basket")
    page.wait_for_load_state()
    expect(page.locator("dl.words")).to_contain_text("Caoimhe")
    page.goto("/pieces/disc")
    expect(page.locator(LINE)).to_have_value("")
    page.goto("/basket")
    page.get_by_role("link", name=re.compile("Change")).first.click()
    page.wait_for_url("**/basket/lines/*")
    page.fill(LINE, "Wren")
    page.reload()
    expect(page.locator(LINE)).to_have_value("Wren")
    page.goto("/checkout")
    page.fill("#name", FIELDS["name"])
    page.goto("/support")
    page.goto("/checkout")
    expect(page.locator("#name")).to_have_value(FIELDS["name"])
    for name, text in FIELDS.items():
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Review your order").click()
    expect(page.locator("main")).to_contain_text("12 Quiet Street")
    page.wait_for_load_state()
    page.context.clear_cookies()
    page.goto("/pieces/disc")
    expect(page.locator(LINE)).to_have_value("Caoimhe")
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("h1")).to_have_text("Your basket")
    page.wait_for_load_state()
    page.goto("/checkout")
    expect(page.locator("#line1")).to_have_value("12 Quiet Street")
    page.goto("/basket")
    page.get_by_role("button", name=re.compile("Remove")).first.click()
    expect(page.locator("main")).to_contain_text("Your basket is empty")
    page.wait_for_load_state()
    assert kept(page) == 1, "only the change that was not saved"


def test_two_tabs_with_one_piece_keep_their_words_apart(new_tab: Device) -> None:
    first, second = types(new_tab(), "Wren"), types(new_tab(), "Swift")
    for page, words in ((first, "Wren"), (second, "Swift")):
        page.reload()
        expect(page.locator(LINE)).to_have_value(words)
    first.fill(LINE, "Robin")
    stays(first).close()
    second.reload()
    expect(second.locator(LINE)).to_have_value("Swift")
    third = new_tab()
    third.goto("/pieces/disc")
    expect(third.locator(LINE)).to_have_value("Robin")


def test_a_button_forgets_at_once_in_every_tab_and_leaves_what_is_in_sight(new_tab: Device) -> None:
    first, second = types(new_tab(), "Wren", dedication="For you"), types(new_tab(), "Swift")
    second.get_by_role("button", name="Forget what I typed").click()
    assert kept(second) == 0
    expect(second.locator(LINE)).to_have_value("Swift")
    expect(second.get_by_role("status").filter(has_text="Forgotten")).to_be_visible()
    for page in (first, second):
        expect(page.get_by_role("status").filter(has_text="Forgotten")).to_be_visible()
        page.fill(LINE, "Robin")
        page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert page.evaluate("Object.keys(localStorage).length") == 0
    second.get_by_role("button", name="Keep what I type").click()
    second.fill(LINE, "Linnet")
    second.reload()
    expect(second.locator(LINE)).to_have_value("Linnet")


def test_what_is_older_than_seven_days_is_gone(new_tab: Device) -> None:
    page = types(new_tab())
    page.evaluate(AGES)
    page.goto("/support")
    assert page.evaluate("Object.keys(localStorage).length") == 0


@pytest.mark.parametrize("most", [0, 40], ids=["refused", "full"])
def test_where_the_browser_keeps_nothing_nothing_is_said_to_be_kept(
    context: BrowserContext, new_tab: Device, most: int
) -> None:
    context.add_init_script(REFUSES % most)
    page = new_tab()
    page.goto("/pieces/disc")
    page.fill(LINE, "Caoimhe")
    expect(page.get_by_text(SAID)).to_be_hidden()
    expect(page.locator("#kept-tick")).to_be_hidden()
    expect(page.locator(".stage-view:visible [data-words] svg")).to_be_visible()


def test_who_refuses_cookies_or_scripts_is_told_before_typing(browser: Browser, live_shop: LiveShop) -> None:
    refused = browser.new_context(base_url=live_shop.address)
    refused.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', { value: false })")
    plain = browser.new_context(base_url=live_shop.address, java_script_enabled=False)
    for context, said in ((refused, "[data-no-cookies]"), (plain, "noscript p")):
        page = context.new_page()
        page.goto("/pieces/petal")
        expect(page.locator(said)).to_be_visible()
        context.close()


def test_without_a_network_the_form_stays_and_goes_through_once_there_is_one(
    context: BrowserContext, new_tab: Device
) -> None:
    page = types(new_tab())
    page.locator("label.tile", has_text="18 in").first.click()
    context.set_offline(True)
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("alert").filter(has_text="There is no network just now")).to_be_visible()
    expect(page.locator(LINE)).to_have_value("Caoimhe")
    context.set_offline(False)
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator("dl.words")).to_contain_text("Caoimhe")
