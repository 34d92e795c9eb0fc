"""Figures are read at a glance: none breaks in the middle, however much was given."""

import pytest

from tests.engines import ONE_ENGINE
from tests.journeys.page_states import staff_at

pytestmark = [pytest.mark.browser, ONE_ENGINE]

BROKEN = """() => [...document.querySelectorAll('.stat dd:not(.stat-note)')].filter(figure => {
  figure.textContent = '£123,456.78';
  const line = parseFloat(getComputedStyle(figure).lineHeight);
  return figure.offsetHeight > 1.5 * line || figure.scrollWidth > figure.clientWidth;
}).length"""


def test_a_large_sum_stays_on_one_line_at_every_width(visit):
    visitor = visit()
    staff_at("finance", "/finance/")(visitor)
    for width in (320, 375, 768, 1024, 1280):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert visitor.page.evaluate(BROKEN) == 0, width
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
