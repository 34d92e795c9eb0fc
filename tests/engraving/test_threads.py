"""Several visitors at once, in the first second of a process: nothing has been drawn yet."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from shop.engraving.faces import FACES
from shop.engraving.faces.open_font import OpenFont

pytestmark = pytest.mark.slow

LETTERS = range(1, 60)
FEW = ["great-vibes", "rubik", "noto-serif", "noto-nastaliq-urdu", "noto-japanese", "noto-sans-devanagari"]
"""Of each kind of font file some; `make faults` tries all."""
REST = [pytest.param(slug, marks=pytest.mark.faults_long) for slug in FACES if slug not in FEW]


@contextmanager
def opened_anew(slug):
    font = OpenFont(FACES[slug].path, FACES[slug].index)
    yield font
    if font._glyphs:
        font._glyphs.font.close()


@pytest.fixture
def impatient_threads():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient_threads")
@pytest.mark.parametrize("slug", [*FEW, *REST])
def test_threads_that_draw_the_same_letters_for_the_first_time_all_get_the_same_outlines(slug):
    with opened_anew(slug) as font, opened_anew(slug) as alone:
        with ThreadPoolExecutor(8) as pool:
            drawn = list(pool.map(lambda _: [font.outline(glyph) for glyph in LETTERS], range(8)))
        assert all(outlines == [alone.outline(glyph) for glyph in LETTERS] for outlines in drawn)
