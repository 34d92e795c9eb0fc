"""Where the jig holds the piece: every file for a machine is moved and turned as the machine will find it."""

import io
import math

import numpy as np
import pytest
from pypdf import PdfReader

from shop.engraving import FACES, Area
from shop.engraving.jig import Jig
from shop.engraving.outlines import CutSide, cut
from shop.engraving.writers import FORMATS, png
from tests.engraving.files import READERS, STEP_MM, apart

pytestmark = pytest.mark.slow

BAR = Area("front", "Front", "bar", 30, 5, 1)
JIGS = [Jig(40, 25), Jig(0, 0, 90), Jig(120.5, 60.25, -30), Jig(33, 47, 200, guide=True)]


@pytest.fixture(scope="module")
def side() -> CutSide:
    return cut(BAR, FACES["marcellus"], {1: "Zoë & Sam"})


def laid(contours: list[np.ndarray], jig: Jig) -> list[np.ndarray]:
    """The contours turned about the middle, then moved."""
    turn = math.radians(jig.degrees)
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return [contour @ matrix + (jig.x_mm, jig.y_mm) for contour in contours]


@pytest.mark.parametrize("jig", JIGS, ids=str)
@pytest.mark.parametrize("suffix", READERS)
def test_the_words_lie_where_the_jig_holds_the_piece(suffix: str, jig: Jig, side: CutSide) -> None:
    write, read = FORMATS[suffix].write, READERS[suffix]
    expected, found = laid(read(write(side)).filled, jig), read(write(side, jig)).filled
    if suffix == "pdf" and (jig.x_mm, jig.y_mm) != (0, 0):
        box = PdfReader(io.BytesIO(write(side, jig))).pages[0].mediabox
        middle = [float(length) * 25.4 / 72 / 2 for length in (box.width, box.height)]
        found = [contour + middle for contour in found]  # the page begins at the machine's origin
    assert apart(expected, found) < 0.005 + 1.5 * STEP_MM.get(suffix, 0)
    assert all(contour.min() > 0 for contour in found) or jig.x_mm == 0


def test_a_page_reaches_from_the_machines_origin_round_the_metal(side: CutSide) -> None:
    drawn = READERS["svg"](FORMATS["svg"].write(side, Jig(40, 25, 90, guide=True)))
    assert np.vstack(drawn.guide).max(axis=0) == pytest.approx((42.5, 40))
    assert b'viewBox="0 -40 42.5 40"' in FORMATS["svg"].write(side, Jig(40, 25, 90))


def test_a_picture_is_upright_for_people(side: CutSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "WIDTH_PX", 96)
    assert FORMATS["png"].write(side, Jig(40, 25, 90)) == FORMATS["png"].write(side)
