"""Small signs, drawn by us beside every face."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

import shop
from shop.engraving import (
    FACES,
    INSTEAD,
    Area,
    ControlCharacters,
    EngravedLine,
    EngravingRefused,
    check,
    preview,
    remarks,
    svg,
    taken,
)
from shop.engraving.cut_check import checked_digest
from shop.engraving.faces import GENERAL, opened
from shop.engraving.regions import glyph_region
from shop.engraving.shaping import shape
from shop.engraving.sign_sprite import sprite, symbol_id
from shop.engraving.signs import MEANT, SIGN_NAMES, SIGNS, sign
from tests.engraving.outlines import ink

BAR = Area("front", "Front", "bar", 30, 6, 1)


def path_of(face: str, sign: str) -> str:
    return opened(FACES[face]).outline(opened(FACES[face]).signs[sign][0]).path


def measured(face: str, sign: str) -> tuple[float, tuple[float, float, float, float]]:
    """The area of metal cut away and the bounds, in capitals' heights."""
    cap = opened(FACES[face]).cap_height
    area, bounds = AreaPen(), BoundsPen(None)
    parse_path(path_of(face, sign), area)
    parse_path(path_of(face, sign), bounds)
    return abs(area.value) / cap**2, tuple(value / cap for value in bounds.bounds)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("sign", "♡♥❤☆★")
def test_a_sign_stands_on_the_line_between_a_small_letter_and_a_capital_in_height(face, sign) -> None:
    font = opened(FACES[face])
    _, (left, bottom, right, top) = measured(face, sign)
    assert bottom == pytest.approx(0, abs=0.01)
    assert font.x_height / font.cap_height < top < 1.01
    assert 0.8 < (right - left) / (top - bottom) < 1.2
    assert left == pytest.approx(font.signs[sign][1] / font.cap_height - right, abs=0.01)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("hollow", "solid"), ["♡♥", "☆★"])
def test_a_hollow_sign_is_the_solid_one_with_a_line_of_even_weight(face, hollow, solid) -> None:
    line, line_bounds = measured(face, hollow)
    filled, filled_bounds = measured(face, solid)
    assert line_bounds == filled_bounds
    assert 0.25 < line / filled < 0.85
    edge, hole = path_of(face, hollow).split("Z")[:2]
    inner, outer = flat(hole), flat(edge)
    weights = [min(away(point, a, b) for a, b in pairwise(outer)) for point in inner]
    assert max(weights) < 1.16 * min(weights)  # corners are pointed
    assert path_of(face, solid) == edge + "Z"


def flat(path: str) -> list[tuple[float, float]]:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><g><g><path d="{path}"/></g></g></svg>'
    return ink(drawing)


def away(point, a, b) -> float:
    (x, y), (ax, ay), (bx, by) = point, a, b
    long = (bx - ax) ** 2 + (by - ay) ** 2
    along = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0.0
    return ((x - ax - along * (bx - ax)) ** 2 + (y - ay - along * (by - ay)) ** 2) ** 0.5


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("sign", ["❤\ufe0f", "♥\ufe0e", "♡\ufe0f", "☆\ufe0e", "★\ufe0f"])
def test_what_a_telephone_adds_to_a_sign_is_kept_in_the_words_and_draws_nothing(face: str, sign: str) -> None:
    engraving = check([BAR], face, {("front", 1): f"Mia {sign}"})
    assert engraving is not None
    assert engraving.lines[0].text == f"Mia {sign}"
    bare = svg(BAR, [EngravedLine("front", 1, f"Mia {sign[0]}")], FACES[face])
    assert svg(BAR, engraving.lines, FACES[face]) == bare
    assert preview({"face": face, "engraving-front-1": f"Mia {sign}"}, [BAR]) == bare


@pytest.mark.parametrize("text", ["Mia\ufe0f", "\ufe0f♥", "♥\ufe0f\ufe0f", "♥\u200d"])
def test_a_selector_anywhere_else_is_refused_as_what_cannot_be_seen(text: str) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([BAR], "marcellus", {("front", 1): text})
    assert isinstance(refused.value.problems["front", 1], ControlCharacters)


def test_letters_beside_a_sign_keep_their_distances() -> None:
    face = FACES["marcellus"]
    alone = [glyph for cluster in shape(face, "AVA").clusters for glyph in cluster.glyphs]
    beside = [glyph for cluster in shape(face, "AVA♥AVA").clusters for glyph in cluster.glyphs]
    assert beside[:3] == alone
    assert [after.x - beside[4].x for after in beside[4:]] == pytest.approx([glyph.x for glyph in alone])
    assert beside[3].number >= 370  # numbered on from the font's own glyphs


DRAWN = [sign for sign in SIGNS if sign not in "♡♥❤☆★"]


@pytest.mark.parametrize("sign", DRAWN)
def test_a_drawn_sign_is_cut_as_it_is_drawn_in_every_general_face(sign: str) -> None:
    for face in GENERAL:
        engraving = check([BAR], face.slug, {("front", 1): f"Mia {sign}"})
        assert engraving is not None
        assert checked_digest([BAR], engraving)


@pytest.mark.parametrize("sign", DRAWN)
def test_a_drawn_sign_is_as_high_as_a_capital_with_nothing_too_fine_to_cut(sign: str) -> None:
    import shapely

    ink = glyph_region(path_of("marcellus", sign), 0.002)
    cap = opened(FACES["marcellus"]).cap_height
    left, bottom, right, top = (value / cap for value in ink.bounds)
    assert -0.05 <= bottom < 0.35
    assert 0.55 < top - bottom < 1.1
    assert 0.4 < right - left < 1.5
    finest = 0.044 * cap  # a tenth of a millimetre beside a capital of 2.3
    kept = shapely.buffer(shapely.buffer(ink, -finest / 2), finest / 2)
    assert shapely.area(kept) > 0.95 * shapely.area(ink)


def test_every_sign_is_one_character_with_a_name_of_its_own() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == len(set(SIGN_NAMES.values())) >= 30
    assert list(SIGN_NAMES) == list(SIGNS)
    assert set(MEANT.values()) <= set(SIGNS)
    assert set(MEANT).isdisjoint(SIGNS)


def outline(path: str) -> list[tuple[float, float]]:
    pen = RecordingPen()
    parse_path(path, pen)
    return [point for _, points in pen.value for point in points]


@pytest.mark.parametrize("character", list(SIGNS))
def test_a_sign_on_a_button_is_the_sign_that_is_cut(character: str) -> None:
    shown = re.search(f'id="{symbol_id(character)}" viewBox="0 -(\\d+) .*?d="([^"]*)"', sprite())
    assert shown
    step = 1000 / int(shown[1])
    cut = outline(sign(character, 1000, 740, 90).path)
    drawn = outline(shown[2])
    assert len(drawn) == len(cut)
    for (x, y), (right, up) in zip(drawn, cut, strict=True):
        assert (x * step, -y * step) == pytest.approx((right, up), abs=0.51 * step)


def test_the_picture_of_signs_that_pages_show_is_that_of_the_signs_that_are_cut() -> None:
    assert (Path(shop.__file__).parents[1] / "static" / "signs.svg").read_text(encoding="utf-8") == sprite()


@pytest.mark.parametrize("typed", MEANT)
def test_a_pasted_picture_is_answered_with_the_sign_it_could_be_and_never_swapped_unasked(typed: str) -> None:
    field, sign = "engraving-front-1", MEANT[typed]
    words = {"face": "marcellus", field: f"Mia {typed}\ufe0f"}
    said = remarks([BAR], FACES["marcellus"], words)[field]
    assert said.wrong
    assert SIGN_NAMES[sign] in said.sentence or "Noto" in said.sentence
    way = said.ways[-1]
    assert way.sign == sign
    assert typed in way.label
    assert preview(words, [BAR]).count("<path") == 1  # the edge of the metal
    assert taken(words | {INSTEAD: way.value}) == {"face": "marcellus", field: f"Mia {sign}"}


@pytest.mark.parametrize(
    "value",
    ["sign engraving-front-1 a ♡", "sign face 🤍 ♡", "add x", "add ♡ ♡", "sign engraving-back-1 🤍 ♡"],
)
def test_a_button_for_a_sign_that_is_not_ours_changes_nothing(value: str) -> None:
    fields = {"face": "marcellus", "engraving-front-1": "a 🤍", "sign-line": "engraving-front-1"}
    assert taken(fields | {INSTEAD: value}) == fields


def test_a_sign_from_the_page_of_signs_goes_to_the_end_of_the_line_that_was_chosen() -> None:
    fields = {"engraving-front-1": "Mia", "engraving-front-2": "", "sign-line": "engraving-front-2"}
    assert taken(fields | {INSTEAD: "add 🦋"}) == fields | {"engraving-front-2": "🦋"}
    assert taken(fields | {"sign-line": "face", INSTEAD: "add 🦋"}) == fields | {"sign-line": "face"}


@pytest.mark.parametrize("typed", ["🖐🏽", "👣🏻"])
def test_a_colour_of_skin_draws_nothing_and_stays_in_the_words(typed: str) -> None:
    engraving = check([BAR], "marcellus", {("front", 1): typed})
    assert engraving is not None
    assert engraving.lines[0].text == typed
    assert svg(BAR, engraving.lines, FACES["marcellus"]) == svg(
        BAR, [EngravedLine("front", 1, typed[0])], FACES["marcellus"]
    )
