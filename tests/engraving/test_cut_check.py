"""The gate: whatever would be cut otherwise than it was drawn is refused, however it came about."""

from dataclasses import replace

import pytest

from shop.engraving import FACES, Area, Engraving, check, cut_check, outlines, proof
from shop.engraving.contours import Contour
from shop.engraving.cut_check import NotCuttable, checked_cut, checked_digest, cut_digest, difference
from shop.engraving.outlines import CannotUnite, CutSide, cut_sides
from shop.engraving.raster import around, sampled
from shop.engraving.shapes import PX_PER_MM, UnknownMarkup, shapes_drawn
from tests.engraving import rasters, skia_union

DISC = Area("front", "Front", "disc", 16, 16, 3, rim=True)
RING = Area("large", "Large ring", "ring", 22, 2.6, 1)
BAR = Area("front", "Front", "bar", 30, 5, 1)

WORDS = [
    (DISC, "great-vibes", {1: "Henry"}),
    (DISC, "great-vibes", {1: "Merike", 3: "always and ever"}),
    (DISC, "cormorant-sc", {1: "Nguyễn", 2: "14 May 2018", 3: "with us always"}),
    (RING, "marcellus", {1: "Always both ways"}),
    (BAR, "courier-prime", {1: "Łukasz 0689"}),
    (DISC, "rubik", {1: "נועה ♥", 2: "محمد ☆"}),
]


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_check, "passed", cut_check._Passed())


def engraved(area: Area, face: str, words: dict[int, str]) -> Engraving:
    found = check([area], face, {(area.key, line): text for line, text in words.items()})
    assert found is not None
    return found


@pytest.fixture
def henry() -> Engraving:
    return engraved(DISC, "great-vibes", {1: "Henry"})


@pytest.fixture
def side(henry: Engraving) -> CutSide:
    return cut_sides([DISC], henry)["front"]


@pytest.mark.parametrize(("area", "face", "words"), WORDS)
def test_what_is_cut_passes_with_far_to_spare(area: Area, face: str, words: dict[int, str]) -> None:
    engraving = engraved(area, face, words)
    found = difference(proof(area, engraving), checked_cut([area], engraving).sides[area.key])
    assert abs(found.area_mm2) < 0.005
    assert found.pixels <= 1


@pytest.mark.parametrize(("area", "face", "words"), WORDS)
def test_the_gate_sees_the_ink_that_another_program_paints(
    area: Area, face: str, words: dict[int, str]
) -> None:
    drawing = proof(area, engraved(area, face, words))
    shapes = shapes_drawn(drawing)
    seen = float(sampled(shapes, around(shapes)).sum()) / PX_PER_MM**2
    assert seen == pytest.approx(rasters.area_mm2(rasters.of_proof(drawing, turn=21)), abs=rasters.AREA_MM2)


@pytest.mark.parametrize("name", ["Henry", "Merike"])
def test_the_union_that_lost_ink_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engraving = engraved(DISC, "great-vibes", {1: name})
    assert checked_cut([DISC], engraving)
    monkeypatch.setattr(outlines, "cut", skia_union.cut)
    with pytest.raises(NotCuttable, match="mm² of ink, edges apart by more than 2 hundredths") as refused:
        checked_cut([DISC], engraving)
    assert refused.value.side == "front"
    assert name not in repr(refused.value)


def test_the_tip_of_a_serif_between_two_points_is_no_difference() -> None:
    ring = Area("small", "Small", "ring", 14, 2.2, 1)
    large = Area("large", "Large", "ring", 20, 2.6, 1)
    for area in (ring, large):
        engraving = engraved(area, "marcellus", {1: "Oskar"})
        assert difference(proof(area, engraving), cut_sides([area], engraving)[area.key]).pixels <= 1


def without(side: CutSide, index: int) -> list[Contour]:
    return [contour for at, contour in enumerate(side.filled) if at != index]


def moved(contour: Contour, by: float) -> Contour:
    return Contour(
        (contour.start[0] + by, contour.start[1]),
        tuple(tuple((x + by, y) for x, y in step) for step in contour.steps),
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda side: without(side, max(range(len(side.filled)), key=lambda at: side.filled[at].signed_area)),
        lambda side: [contour for contour in side.filled if contour.signed_area > 0],
        lambda side: [contour.reversed() for contour in side.filled],
        lambda side: [*side.filled, side.filled[0]],
        lambda side: [moved(contour, 0.04) for contour in side.filled],
        lambda _: [],
    ],
    ids=["a letter gone", "counters filled", "wound the wrong way", "one twice", "aside by 0.04 mm", "none"],
)
def test_whatever_is_not_the_drawing_is_too_much(henry: Engraving, side: CutSide, spoil) -> None:
    assert not difference(proof(DISC, henry), side).too_much
    assert difference(proof(DISC, henry), CutSide(DISC, tuple(spoil(side)))).too_much


def test_an_edge_that_machines_could_not_tell_apart_passes(henry: Engraving, side: CutSide) -> None:
    aside = CutSide(DISC, tuple(moved(contour, 0.01) for contour in side.filled))
    assert not difference(proof(DISC, henry), aside).too_much


def test_a_cut_that_grows_everywhere_by_a_hair_is_told_by_its_area(henry: Engraving) -> None:
    face = FACES["great-vibes"]
    thicker = outlines.cut(DISC, replace(face, thicken_mm=face.thicken_mm + 0.001), {1: "Henry"})
    found = difference(proof(DISC, henry), thicker)
    assert found.pixels <= 1
    assert found.too_much


@pytest.mark.parametrize(
    "markup", ["<text>Wren</text>", '<path d="M0 0A1 1 0 0 0 2 2Z"/>', '<g transform="skewX(3)"/>']
)
def test_a_drawing_that_the_gate_cannot_read_passes_nothing(
    markup: str, henry: Engraving, side: CutSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = f'<svg xmlns="http://www.w3.org/2000/svg"><g class="words">{markup}</g></svg>'
    with pytest.raises(UnknownMarkup):
        difference(strange, side)
    with pytest.raises(UnknownMarkup):
        difference("<svg/>", side)
    monkeypatch.setattr("shop.engraving.proofs.proof", lambda *_: strange)
    with pytest.raises(NotCuttable):
        checked_cut([DISC], henry)


def test_letters_that_cannot_be_united_are_not_cuttable(
    henry: Engraving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise CannotUnite

    monkeypatch.setattr(cut_check, "cut_sides", gives_up)
    with pytest.raises(NotCuttable):
        checked_cut([DISC], henry)


def test_a_drawing_is_compared_once_and_other_outlines_for_it_again(
    henry: Engraving, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = checked_cut([DISC], henry).digest
    with monkeypatch.context() as patch:
        patch.setattr(cut_check, "difference", lambda *_: pytest.fail("compared again"))
        assert checked_cut([DISC], henry).digest == digest
        patch.setattr(cut_check, "cut_sides", lambda *_: pytest.fail("cut again"))
        assert checked_digest([DISC], henry) == digest
    monkeypatch.setattr(outlines, "cut", skia_union.cut)
    with pytest.raises(NotCuttable):
        checked_cut([DISC], henry)


def test_a_process_remembers_so_many_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_check, "_KEPT", 2)
    for drawing in "abc":
        cut_check.passed.keep(drawing, drawing.upper())
    assert [cut_check.passed.get(drawing) for drawing in "abc"] == [None, "B", "C"]


def test_the_digest_of_a_cut_moves_with_any_corner_and_with_nothing_else(side: CutSide) -> None:
    again = cut_sides([DISC], engraved(DISC, "great-vibes", {1: "Henry"}))
    assert cut_digest(again) == cut_digest({"front": side})
    first, *rest = side.contours
    shifted = Contour((first.start[0] + 0.0001, first.start[1]), first.steps)
    opened = Contour(first.start, first.steps, closed=False)
    others = [CutSide(DISC, (other, *rest), side.stroke_mm) for other in (shifted, opened)]
    others += [CutSide(DISC, side.contours, 0.1)]
    digests = {cut_digest({"front": other}) for other in (side, *others)} | {cut_digest({"back": side})}
    assert len(digests) == 5
