"""Which way words read."""

import pytest

from shop.engraving import FACES, Area, EngravingRefused, MixedDirections, check
from shop.engraving.directions import is_mixed, runs
from shop.engraving.faces import opened
from shop.engraving.shaping import shape

BAR = Area("front", "Front", "bar", 40, 8, 1)
RUBIK = FACES["rubik"]


def glyphs_of(text: str) -> list[int]:
    """The numbers of the glyphs from left to right."""
    placed = [glyph for cluster in shape(RUBIK, text).clusters for glyph in cluster.glyphs]
    return [glyph.number for glyph in sorted(placed, key=lambda glyph: glyph.x)]


def letters_of(text: str) -> list[int]:
    return [glyphs_of(letter)[0] for letter in text]


def test_hebrew_letters_stand_from_right_to_left() -> None:
    assert glyphs_of("נועה") == letters_of("העונ")


def test_numbers_in_a_hebrew_line_read_from_left_to_right() -> None:
    assert glyphs_of("נועה 14.3.2018") == letters_of("14.3.2018 העונ")
    assert glyphs_of("5 נועה") == letters_of("העונ 5")


def test_a_heart_stands_where_the_reader_comes_to_it() -> None:
    assert glyphs_of("נועה ♥ יוסף") == letters_of("ףסוי ♥ העונ")
    assert glyphs_of("♥\ufe0fנו") == letters_of("ונ♥")


def test_brackets_turn_with_the_direction() -> None:
    assert glyphs_of("(נו)") == letters_of("(ונ)")


def test_arabic_letters_join() -> None:
    alone = {glyphs_of(letter)[0] for letter in "محمد"}
    joined = glyphs_of("محمد")
    assert len(joined) == 4
    assert len(set(joined)) == 4  # one letter, two places in the word, two forms
    assert alone.isdisjoint(joined[1:])


def test_points_sit_on_their_own_letter() -> None:
    pointed = shape(RUBIK, "מִרְיָם").clusters
    assert [len(cluster.glyphs) for cluster in pointed] == [1, 2, 2, 2]


@pytest.mark.parametrize("text", ["Zoë נועה", "نور Nour", "נ x"])
def test_a_line_of_both_directions_is_refused_kindly(text: str) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([BAR], "rubik", {("front", 1): text})
    problem = refused.value.problems["front", 1]
    assert problem == MixedDirections()
    assert "its own line" in problem.message


def test_two_lines_may_read_in_two_directions() -> None:
    disc = Area("front", "Front", "disc", 18, 18, 2)
    assert check([disc], "rubik", {("front", 1): "Noa", ("front", 2): "נועה"}) is not None


@pytest.mark.parametrize("text", ["14.3.2018 ♥", "Zoë & Максим", "נועה 2018 & יוסף", ""])
def test_numbers_and_signs_have_no_direction_of_their_own(text: str) -> None:
    assert not is_mixed(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Zoë 12", [("Zoë 12", False)]),
        ("נועה 12", [("12", False), ("נועה ", True)]),
        ("12-3 נ", [(" נ", True), ("12-3", False)]),
        ("نور 12-3", [("3", False), ("-", True), ("12", False), ("نور ", True)]),
        ("نور 1.2", [("1.2", False), ("نور ", True)]),
        ("נ 5%", [("5%", False), ("נ ", True)]),
        ("נ 5ה", [("ה", True), ("5", False), ("נ ", True)]),
        ("\u05b0נ", [("\u05b0נ", True)]),
        ("Zoë נו", [("Zoë ", False), ("נו", True)]),
    ],
)
def test_a_line_falls_into_parts_as_unicode_says(text: str, parts: list[tuple[str, bool]]) -> None:
    assert list(runs(text)) == parts


def test_every_face_says_how_high_its_letters_are() -> None:
    for face in FACES.values():
        assert 0 < opened(face).x_height < opened(face).cap_height
