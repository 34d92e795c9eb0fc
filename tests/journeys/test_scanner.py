"""A scanner is a keyboard: it types a code and presses Enter, into whatever field the page has chosen."""

import pytest

from tests.engines import ONE_ENGINE
from tests.journeys.page_states import PAGE_STATES

pytestmark = [pytest.mark.browser, ONE_ENGINE]

NUMBER = "CD987654326GB"


def scans(visitor, text: str) -> None:
    """The scanner reads a code on a page that is there, and nobody has clicked anywhere."""
    visitor.page.wait_for_function("document.activeElement.matches('input')")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.type(text)
        visitor.page.keyboard.press("Enter")


def test_a_parcel_is_posted_by_scanning_its_ticket_and_its_label(visit):
    visitor = visit(viewport={"width": 375, "height": 700})
    next(state for state in PAGE_STATES if state.name == "posting").enter(visitor)
    reference = visitor.page.locator("[aria-labelledby=packed] li a").first.inner_text()
    scans(visitor, f"{visitor.shop.address}/owner/bench/scan?code={reference}-1&wording=1")
    scans(visitor, NUMBER)
    assert f"{reference}: posted under {NUMBER}." in visitor.reads()
    assert visitor.page.evaluate("document.activeElement.id") == "code", "and the next ticket can come"


def test_a_ticket_scanned_at_the_bench_opens_its_unit_and_the_next_can_follow(visit):
    visitor = visit(viewport={"width": 375, "height": 700})
    next(state for state in PAGE_STATES if state.name == "bench").enter(visitor)
    about = visitor.page.locator(".queued a").first.inner_text()
    for _ in range(2):
        scans(visitor, f"{visitor.shop.address}/owner/bench/scan?code={about}-1&wording=1")
        assert f"{about}, piece 1" in visitor.page.title()
        assert visitor.page.evaluate("scrollY") == 0, "the words come first, and not the button below them"
