"""Words along the lower rim of a disc."""

import math

import pytest

from shop.engraving import FACES, Area, EngravedLine, EngravingRefused, TooLong, TooTall, check, svg
from shop.engraving.layout import lay_out
from shop.engraving.limits import LONGEST_ARC
from shop.engraving.rim import RIM_SHARE
from shop.engraving.shaped import RIM_SPACE
from shop.engraving.shaping import shape
from tests.engraving.outlines import crowding_mm, ink, inks

RIMMED = Area("front", "Front", "disc", 16, 16, 3, rim=True)


def drawn(face: str, *lines: str) -> str:
    words = [EngravedLine("front", line, text) for line, text in enumerate(lines, start=1) if text]
    return svg(RIMMED, words, FACES[face])


def middle(points):
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


@pytest.mark.parametrize("face", FACES)
def test_words_on_the_rim_read_left_to_right_along_the_bottom_with_their_heads_inwards(face: str) -> None:
    letters = [middle(letter) for letter in inks(drawn(face, "", "", "LLLLLL"))]
    assert [x for x, _ in letters] == sorted(x for x, _ in letters)
    assert all(y > 0 for _, y in letters)
    _, stop, apostrophe = [middle(letter) for letter in inks(drawn(face, "", "", "H.'"))]
    assert math.hypot(*stop) > math.hypot(*apostrophe) + 0.5
    everything = ink(drawn(face, "", "", "oooooo"))
    assert min(x for x, _ in everything) == pytest.approx(-max(x for x, _ in everything), abs=0.35)


@pytest.mark.parametrize("face", FACES)
def test_a_single_letter_on_the_rim_stands_upright_at_the_bottom_edge(face: str) -> None:
    points = ink(drawn(face, "", "", "H"))
    assert max(math.hypot(x, y) for x, y in points) == pytest.approx(8 - 0.8, abs=0.06)
    assert max(y for _, y in points) > 6.5
    # What is bent is as wide at its feet as at its heads, seen from the middle of the disc.
    aside = [8 * math.atan2(x, y) if FACES[face].joined else x for x, y in points]
    assert min(aside) == pytest.approx(-max(aside), abs=0.02)


def test_words_on_the_rim_are_smaller_and_give_way_to_the_name_above() -> None:
    face = FACES["marcellus"]
    short = lay_out(RIMMED, face, {1: "Zoë", 3: "2018"})
    assert short.lines[-1].cap_mm == pytest.approx(RIM_SHARE * face.cap_max_mm)
    assert short.cap_mm == face.cap_max_mm
    long = lay_out(RIMMED, face, {1: "Margaret Rose", 3: "14 March 2018"})
    assert face.cap_min_mm <= long.lines[-1].cap_mm < long.cap_mm < face.cap_max_mm


@pytest.mark.parametrize("face", FACES)
def test_the_lines_above_keep_clear_of_the_rim(face: str) -> None:
    assert crowding_mm(drawn(face, "Zoë", "gj", "always with us"), straight=2) < -0.2


def test_without_words_on_its_rim_the_disc_is_as_any_other() -> None:
    plain = Area("front", "Front", "disc", 16, 16, 3)
    words = [EngravedLine("front", 1, "Zoë"), EngravedLine("front", 2, "Grace")]
    assert svg(RIMMED, words, FACES["marcellus"]) == svg(plain, words, FACES["marcellus"])


def test_words_may_run_two_hundred_degrees_and_no_further() -> None:
    with pytest.raises(EngravingRefused) as refused:
        check(
            [RIMMED], "courier-prime", {("front", 1): "Zoë", ("front", 3): "for ever in our hearts and minds"}
        )
    assert list(refused.value.problems) == [("front", 3)]
    problem = refused.value.problems["front", 3]
    assert isinstance(problem, TooLong)
    longest = "n" * next(n for n in range(60, 0, -1) if fits("courier-prime", "n" * n))
    points = ink(drawn("courier-prime", "", "", longest))
    turns = [math.atan2(x, y) for x, y in points]
    assert LONGEST_ARC - 0.3 < max(turns) - min(turns) < LONGEST_ARC + 0.1


def fits(face: str, text: str) -> bool:
    return not lay_out(RIMMED, FACES[face], {3: text}).problems


def test_on_a_tiny_disc_letters_that_would_reach_its_middle_are_too_tall() -> None:
    tiny = Area("front", "Front", "disc", 4, 4, 2, rim=True)
    with pytest.raises(EngravingRefused) as refused:
        check([tiny], "great-vibes", {("front", 2): "M"})
    assert isinstance(refused.value.problems["front", 2], TooTall)


@pytest.mark.parametrize(
    ("shape", "wide", "high", "lines"),
    [("heart", 15, 15, 2), ("ring", 20, 2, 2), ("disc", 16, 16, 1), ("disc", 16, 14, 2)],
)
def test_only_a_round_disc_of_several_lines_has_a_rim(shape: str, wide: int, high: int, lines: int) -> None:
    with pytest.raises(ValueError, match="rim"):
        Area("front", "Front", shape, wide, high, lines, rim=True)


def test_words_on_a_rim_stand_further_apart_than_on_a_line_for_their_heads_lean_together() -> None:
    script = FACES["great-vibes"]
    straight = shape(script, "14 May")
    gaps = [words.clusters[3].box[0] - words.clusters[1].box[2] for words in (straight, straight.apart)]
    assert gaps[1] - gaps[0] == pytest.approx(RIM_SPACE)
    assert [cluster.glyphs[0].number for cluster in straight.apart.clusters] == [
        cluster.glyphs[0].number for cluster in straight.clusters
    ]
