"""What is put on paper: an order for its buyer, a ticket for the bench, the ledger for whoever checks it."""

import io
import subprocess

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from shop.pages.routes import FRAME_MM
from tests.engines import ONE_ENGINE
from tests.journeys.page_states import PAGE_STATES

pytestmark = [pytest.mark.browser, ONE_ENGINE]

A4_WITHOUT_MARGINS = 703
"""Pixels: 210 mm less twice 12 mm, at 96 to the inch."""
NOT_ON_PAPER = "button, input:not([type=hidden]), select, nav, .site-foot, .bench-files"
PAPER = """() => [document.body, ...document.querySelectorAll('main, .wrap, .bench-ticket')]
  .map(part => getComputedStyle(part).backgroundColor)"""
PX_PER_MM, DARK = 10, 128
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


def test_the_frame_for_a_photograph_is_as_large_on_a4_as_it_says(visit):
    visitor = visit()
    visitor.open("/paper-and-post")
    pdf = visitor.page.pdf(format="A4", prefer_css_page_size=True)
    (sheet,) = PdfReader(io.BytesIO(pdf)).pages
    assert (
        round(float(sheet.mediabox.width) / 72 * 25.4),
        round(float(sheet.mediabox.height) / 72 * 25.4),
    ) == (
        210,
        297,
    )
    run = subprocess.run(
        ["pdftoppm", "-r", str(PX_PER_MM * 25.4), "-gray", "-"], input=pdf, capture_output=True, check=True
    )
    ink = np.asarray(Image.open(io.BytesIO(run.stdout))) < DARK
    for lines, length in ((ink, FRAME_MM[0]), (ink.T, FRAME_MM[1])):
        between = {apart for line in lines if (apart := between_marks(line)) is not None}
        assert between
        assert between <= {PX_PER_MM * length + slack for slack in (-1, 0, 1)}, between


def between_marks(line):
    """How many pixels lie between the two marks on a line that crosses their arms and nothing else."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line, [0]]).astype(int)))
    if len(edges) != 4 or any(
        abs(wide - 3 * PX_PER_MM) > 1 for wide in (edges[1] - edges[0], edges[3] - edges[2])
    ):
        return None
    return int(edges[2] - edges[1])
