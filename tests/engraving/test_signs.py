"""Hearts and stars, drawn by us beside every face."""

from itertools import pairwise

import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.svgLib.path import parse_path

from shop.engraving import FACES, Area, ControlCharacters, EngravedLine, EngravingRefused, check, preview, svg
from shop.engraving.faces import opened
from shop.engraving.shaping import shape
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
