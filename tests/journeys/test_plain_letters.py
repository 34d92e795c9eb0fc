"""Pasted letters that no tool cuts are written plainly by a press of a button, while somebody types."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.live_shop import LiveShop

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]


def test_pasted_letters_of_another_width_become_plain_ones_by_the_button_under_their_line(
    browser: Browser, live_shop: LiveShop
) -> None:
    context = browser.new_context(base_url=live_shop.address)
    page = context.new_page()
    page.goto("/pieces/disc")
    line = page.locator("#engraving-front-1")
    line.fill("Ａｄａ & x²")
    page.get_by_role("button", name="Write A, d, a").click()
    expect(line).to_have_value("Ada & x²")
    expect(line).to_be_focused()
    expect(page.get_by_role("button", name="Write A, d, a")).to_have_count(0)
    context.close()
