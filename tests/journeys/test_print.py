"""What is put on paper: an order for its buyer, a ticket for the bench, the ledger for whoever checks it."""

import pytest

from tests.engines import ONE_ENGINE
from tests.journeys.page_states import PAGE_STATES

pytestmark = [pytest.mark.browser, ONE_ENGINE]

A4_WITHOUT_MARGINS = 703
"""Pixels: 210 mm less twice 12 mm, at 96 to the inch."""
NOT_ON_PAPER = "button, input:not([type=hidden]), select, nav, .site-foot, .bench-files"
PAPER = """() => [document.body, ...document.querySelectorAll('main, .wrap, .bench-ticket')]
  .map(part => getComputedStyle(part).backgroundColor)"""
WHITE = {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}


@pytest.mark.parametrize("name", ["order", "owner order", "finance", "giving"])
def test_on_paper_stands_what_matters_and_nothing_to_press(visit, name):
    visitor = visit(viewport={"width": A4_WITHOUT_MARGINS, "height": 1000}, color_scheme="dark")
    next(state for state in PAGE_STATES if state.name == name).enter(visitor)
    visitor.page.emulate_media(media="print")
    assert [thing for thing in visitor.page.locator(NOT_ON_PAPER).all() if thing.is_visible()] == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= A4_WITHOUT_MARGINS
    if name == "owner order":
        assert "£" not in visitor.reads(), "what is laid into the box says no price"
    assert set(visitor.page.evaluate(PAPER)) <= WHITE, "it is read in the dark; paper is white"
