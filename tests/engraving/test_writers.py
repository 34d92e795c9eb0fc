"""Files for the cutter, read back by other people's readers."""

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pytest

from shop.engraving import FACES, Area, check
from shop.engraving.contours import TOLERANCE_MM, Contour
from shop.engraving.drawing import svg
from shop.engraving.engraving import EngravedLine
from shop.engraving.jig import Jig
from shop.engraving.outlines import CannotUnite, CutSide, cut, cut_sides
from shop.engraving.writers import FORMATS, png
from tests.engraving.files import (
    READERS,
    STEP_MM,
    apart,
    bounds,
    distance,
    length,
    letters_of,
    read_png,
    signed_area,
    winding,
)

pytestmark = pytest.mark.slow

DISC = Area("front", "Front", "disc", 16, 16, 3)
HEART = Area("front", "Front", "heart", 15, 15, 2)
BAR = Area("front", "Front", "bar", 30, 5, 1)
RING = Area("large", "Large ring", "ring", 22, 22, 1)

SIDES = [
    ("great-vibes", DISC, {1: "Nguyễn", 2: "Grace", 3: "14.3.2018"}),
    ("great-vibes", RING, {1: "Always & always"}),
    ("cormorant-sc", DISC, {1: "Nguyễn", 2: "8.10.2006"}),
    ("cormorant-sc", RING, {1: "Ọlá Adérẹ̀mí"}),
    ("marcellus", HEART, {1: "Siân", 2: "B & O"}),
    ("courier-prime", BAR, {1: "Łukasz 0689"}),
]

CLOSE_MM = 0.01
MARGIN_MM = 0.12
"""Round the metal in a picture for people, where its edge is drawn."""


def near(suffix: str) -> float:
    """How far from its place an edge may be in such a file: in a coarse one, half a step both ways."""
    return CLOSE_MM + STEP_MM.get(suffix, 0) / 2**0.5


@pytest.fixture(params=SIDES, ids=lambda side: f"{side[0]}-{side[1].shape}")
def side(request: pytest.FixtureRequest) -> CutSide:
    face, area, words = request.param
    return cut(area, FACES[face], words)


def grid(area: Area, count: int = 1200) -> np.ndarray:
    """Places all over an area, always the same."""
    high = area.width_mm if area.shape == "ring" else area.height_mm
    return (np.random.default_rng(7).random((count, 2)) - 0.5) * (area.width_mm, high)


@pytest.mark.parametrize("suffix", [suffix for suffix in READERS if suffix != "svg"])
def test_every_format_cuts_the_same_shapes(suffix: str, side: CutSide) -> None:
    exact, other = (READERS[name](FORMATS[name].write(side)) for name in ("svg", suffix))
    assert exact.filled
    assert np.abs(bounds(exact.filled) - bounds(other.filled)).max() < near(suffix)
    assert apart(exact.filled, other.filled) < near(suffix)
    # A flattened edge may stray that far all along, and a rounded one by half a step.
    slack = (TOLERANCE_MM + STEP_MM.get(suffix, 0) / 2) * length(exact.filled)
    assert signed_area(exact.filled) == pytest.approx(signed_area(other.filled), abs=slack)
    assert not other.strokes


def test_no_two_shapes_overlap_so_every_rule_of_filling_gives_the_same_ink(side: CutSide) -> None:
    drawn = READERS["dxf"](FORMATS["dxf"].write(side)).filled
    places = grid(side.area)
    clear = places[distance(places, drawn) > 0.005]
    assert set(winding(clear, drawn).tolist()) == {0, 1}


HARD = {
    "great-vibes": ["Nguyễn", "Þórdís", "Åse", "Łééchąąʼí", "8.10.2006"],
    "cormorant-sc": ["Chloë Grace", "Małgorzata", "14.3.2018", "Đorđe", "Ṣadé"],
    "marcellus": ["O’Brien", "Mum & Dad"],
    "courier-prime": ["Ondřej", "Żebbuġ 0"],
}


@pytest.mark.parametrize(("face", "name"), [(face, name) for face in HARD for name in HARD[face]])
def test_what_is_cut_is_the_ink_that_was_drawn(face: str, name: str) -> None:
    area = Area("front", "Front", "bar", 30, 8, 1)
    thick = FACES[face].thicken_mm / 2
    drawn = letters_of(svg(area, [EngravedLine("front", 1, name)], FACES[face]))
    united = READERS["svg"](FORMATS["svg"].write(cut(area, FACES[face], {1: name}))).filled
    places = grid(area)
    inked = np.zeros(len(places), bool)
    for letter in drawn:
        inked |= winding(places, letter) != 0
        if thick:
            inked |= distance(places, letter) <= thick
    sure = distance(places, united) > 0.004
    cut_there = winding(places, united) != 0
    assert 0.02 < cut_there.mean() < 0.5
    assert (inked[sure] == cut_there[sure]).all()


def test_letters_that_join_become_one_shape() -> None:
    apart_from_each_other = cut(BAR, FACES["marcellus"], {1: "ll"})
    assert len(apart_from_each_other.filled) == 2
    joined = cut(BAR, FACES["great-vibes"], {1: "ll"})
    assert sum(contour.signed_area > 0 for contour in joined.filled) == 1


def test_a_counter_in_a_thickened_letter_stays_open() -> None:
    nought = cut(BAR, FACES["cormorant-sc"], {1: "0"})
    outer, inner = sorted(nought.filled, key=lambda contour: -contour.signed_area)
    assert outer.signed_area > 0 > inner.signed_area


def test_the_same_side_is_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib; from shop.engraving import FACES, Area; from shop.engraving.outlines import cut;"
        f"from shop.engraving.writers import FORMATS; DISC = {DISC!r};"
        "print(*(hashlib.sha256(f.write(cut(DISC, FACES['great-vibes'], {1: 'Zoë'}))).hexdigest()"
        " for f in FORMATS.values()))"
    )
    here = [
        hashlib.sha256(form.write(cut(DISC, FACES["great-vibes"], {1: "Zoë"}))).hexdigest()
        for form in FORMATS.values()
    ]
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    for seed in ("1", "4"):  # sets of names come out in different orders
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**environment, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout.split() == here


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_file_holds_a_word_of_the_buyers_a_name_or_a_date(suffix: str) -> None:
    data = FORMATS[suffix].write(cut(DISC, FACES["marcellus"], {1: "Siobhan", 2: "19 May"}))
    for said in ("Siobhan", "19 May", "Marcellus", "Front", "<text", "/Font", "/Info"):
        for coded in (said.encode(), said.encode("utf-16-le"), said.encode().hex().encode()):
            assert coded not in data


def test_a_side_without_words_is_cut_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "WIDTH_PX", 96)
    bare = cut(HEART, FACES["great-vibes"], {})
    for name, read in READERS.items():
        found = read(FORMATS[name].write(bare))
        assert not found.filled
        assert not found.strokes
    assert read_png(FORMATS["png"].write(bare)).shape[:2] == (96, 96)


def test_the_strokes_of_a_single_line_face_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "WIDTH_PX", 96)
    path = Contour(
        (-2.0, 0.0), (((-1.0, 2.0), (0.0, 0.0)), ((1.0, -2.0), (2.0, -2.0), (3.0, 0.0))), closed=False
    )
    stroked = CutSide(DISC, (path,), stroke_mm=0.1)
    for name, read in READERS.items():
        drawn = read(FORMATS[name].write(stroked))
        assert not drawn.filled
        (points,) = drawn.strokes
        assert tuple(points[0]) == pytest.approx((-2, 0), abs=1e-3)
        assert tuple(points[-1]) == pytest.approx((3, 0), abs=1e-3)
        assert float(distance(points, [np.array(path.corners(1e-4))]).max()) < near(name)
    pixels = read_png(FORMATS["png"].write(stroked))
    dark = np.argwhere(pixels[30:66, 20:76, 0] < 225)[:, 1] + 20
    middle, scale = 48, 96 / 16.24
    assert dark.min() == pytest.approx(middle - 2 * scale, abs=1.5)
    assert dark.max() == pytest.approx(middle + 3 * scale, abs=1.5)


class SingleLines:
    """A font whose every letter is one stroke beside a square."""

    cap_height = 700
    paths: Mapping[int, str] = defaultdict(lambda: "M0 0L0 700Q100 800 200 700M300 0L400 0L400 100L300 100Z")


def test_open_paths_of_a_face_are_cut_as_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("frames", "outlines"):
        monkeypatch.setattr(f"shop.engraving.{module}.opened", lambda _: SingleLines())
    side = cut(BAR, FACES["marcellus"], {1: "ll"})
    assert (len(side.strokes), len(side.filled)) == (2, 2)
    assert [len(step) for step in side.strokes[0].steps] == [1, 2]


@pytest.mark.parametrize("width_px", [440, 600])
def test_the_picture_has_ink_where_the_file_has_and_nothing_round_the_metal(
    side: CutSide, width_px: int
) -> None:
    drawn = READERS["svg"](FORMATS["svg"].write(side, Jig(guide=True)))
    pixels = read_png(png.picture(side, "gold", width_px))
    high, wide = pixels.shape[:2]
    left, bottom, right, top = bounds(drawn.guide)
    scale = wide / (right - left + 2 * MARGIN_MM)
    assert wide == width_px
    assert abs(high - (top - bottom + 2 * MARGIN_MM) * scale) <= 1
    places = (left, bottom) + np.random.default_rng(7).random((8000, 2)) * (right - left, top - bottom)
    away = np.minimum(distance(places, drawn.filled), distance(places, drawn.guide) - MARGIN_MM)
    places = places[away > 1.5 / scale]
    from_left, from_top = (places - (left - MARGIN_MM, top + MARGIN_MM)).T * [[scale], [-scale]]
    seen = pixels[np.minimum(from_top.astype(int), high - 1), np.minimum(from_left.astype(int), wide - 1)]
    inked, metal = winding(places, drawn.filled) != 0, winding(places, drawn.guide) % 2 != 0
    assert inked.sum() > 20
    assert (seen[inked, :3].max(axis=1) < 60).all()
    assert (seen[metal & ~inked] == (0xED, 0xD5, 0x9C, 255)).all()
    assert (seen[~metal, 3] == 0).all()


def test_a_metal_without_a_colour_is_shown_as_silver() -> None:
    side = cut(BAR, FACES["marcellus"], {1: "Zoë"})
    assert int.from_bytes(png.picture(side, "silver")[16:20]) == 600, "wide enough for sharp screens"
    assert png.picture(side, "platinum") == png.picture(side, "silver") == FORMATS["png"].write(side)


def test_only_the_sides_with_words_are_cut() -> None:
    back = Area("back", "Back", "disc", 16, 16, 2)
    engraving = check([DISC, back], "great-vibes", {("back", 1): "Zoë"})
    assert engraving is not None
    sides = cut_sides([DISC, back], engraving)
    assert list(sides) == ["back"]
    assert sides["back"] == cut(back, FACES["great-vibes"], {1: "Zoë"})


def test_letters_that_cannot_be_united_are_refused_without_quoting_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import shapely

    def gives_up(*_: object, **__: object) -> None:
        raise shapely.errors.GEOSException("Canary")

    monkeypatch.setattr(shapely, "set_precision", gives_up)
    with pytest.raises(CannotUnite) as refused:
        cut(BAR, FACES["marcellus"], {1: "Canary"})
    assert "Canary" not in repr(refused.value) + repr(refused.value.__cause__)


def test_serving_loads_none_of_the_libraries_that_only_files_need() -> None:
    heavy = "{'PIL', 'ezdxf', 'numpy', 'shapely', 'pydyf', 'resvg_py', 'fontTools.svgLib'}"
    program = f"import sys, shop.application; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
