import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.engraving import (
    FACE_FIELD,
    FACES,
    Area,
    ControlCharacters,
    Engraving,
    EngravingRefused,
    EngravingUnreadable,
    MissingLetters,
    MixedDirections,
    Problem,
    TooLong,
    TooManyCharacters,
    TooTall,
    UnknownFace,
    UnknownLine,
    check,
    field_name,
    room_left_mm,
    svg,
    words_in,
)
from shop.engraving.faces import opened
from shop.engraving.layout import lay_out
from tests.engraving.outlines import crowding_mm, ink, stray_mm

DISC = Area("front", "Front", "disc", 16, 16, 3)
RIMMED = Area("front", "Front", "disc", 16, 16, 3, rim=True)
RING = Area("front", "Front", "ring", 16, 3, 1)
PIECES = [
    [Area("front", "Front", "heart", 15, 15, 2)],
    [DISC, Area("back", "Back", "disc", 16, 16, 2)],
    [Area("front", "Front", "bar", 30, 5, 1)],
    [Area("large", "Large", "ring", 22, 22, 1), Area("small", "Small", "ring", 15, 2.6, 2)],
    [RIMMED],
]


def problem_of(areas: list[Area], face: str, text: str, line: int = 1) -> Problem:
    with pytest.raises(EngravingRefused) as refused:
        check(areas, face, {(areas[0].key, line): text})
    return refused.value.problems[areas[0].key, line]


def outcome(
    areas: list[Area], slug: str, words: dict[tuple[str, int], str]
) -> tuple[Engraving | None, dict[tuple[str, int], Problem]]:
    try:
        return check(areas, slug, words), {}
    except EngravingRefused as refused:
        return None, refused.problems or {("no", 0): UnknownLine()}


def straight_lines(area: Area, engraving: Engraving) -> int:
    """How many groups of a drawing are straight lines above a rim; the rest stand along it."""
    if not area.rim:
        return 0
    side = {line.line: line.text for line in engraving.lines if line.side == area.key}
    inked = lay_out(area, FACES[engraving.face], side).lines
    return sum(line.number < area.lines for line in inked)


REASONS = (MissingLetters, MixedDirections, TooLong, TooTall, TooManyCharacters, ControlCharacters)

SIMPLE = dict.fromkeys(FACES, "abgjyÅŷQW .&♡★") | {"rubik": "נועהםץ 12."}


@cache
def letters_of(slug: str) -> list[str]:
    """All that the face can draw."""
    return sorted(map(chr, opened(FACES[slug]).characters))


def words_for(slug: str) -> st.SearchStrategy[str]:
    """Short words of the face's own letters, mostly; now and then anything at all."""
    own, simple = st.sampled_from(letters_of(slug)), SIMPLE[slug]
    return st.one_of(
        st.text(simple, min_size=1, max_size=5),
        st.text(own, min_size=1, max_size=5),
        st.text(simple, min_size=1, max_size=16),
        st.one_of(st.text(max_size=14), st.text(simple + "aא\ufe0f", max_size=30)),
    )


def areas_of_any_size() -> st.SearchStrategy[Area]:
    def size(least: int, most: int) -> st.SearchStrategy[float]:
        return st.integers(10 * least, 10 * most).map(lambda tenths: tenths / 10)

    return st.one_of(
        st.builds(Area, *named, st.just("bar"), size(8, 40), size(2, 12), st.integers(1, 3)),
        st.builds(Area, *named, st.just("heart"), size(8, 25), size(8, 25), st.integers(1, 4)),
        st.builds(Area, *named, st.just("ring"), size(8, 30), size(1, 3), st.integers(1, 3)),
        st.builds(
            lambda across, lines, rim: Area("front", "Front", "disc", across, across, lines, rim=rim),
            size(3, 30),
            st.integers(2, 5),
            st.booleans(),
        ),
    )


named = (st.just("front"), st.just("Front"))
places_and_pieces = st.one_of(st.sampled_from(PIECES), areas_of_any_size().map(lambda area: [area]))


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Area], str, dict[tuple[str, int], str]]:
    areas = draw(places_and_pieces)
    places = [(area.key, line) for area in areas for line in area.line_numbers]
    slug = draw(st.sampled_from(sorted(FACES)))
    return areas, slug, draw(st.dictionaries(st.sampled_from(places), words_for(slug), min_size=1))


@settings(max_examples=100, deadline=None)
@given(orders())
def test_any_words_lie_wholly_on_the_metal_or_get_a_reason(
    order: tuple[list[Area], str, dict[tuple[str, int], str]],
) -> None:
    areas, slug, words = order
    face = FACES[slug]
    engraving, problems = outcome(areas, slug, words)
    assert set(problems) <= set(words)
    assert all(
        isinstance(problem, REASONS) and problem.message.endswith(".") for problem in problems.values()
    )
    if problems:
        return
    if engraving is None:
        assert not any(text.strip() for text in words.values())
        return
    for line in engraving.lines:
        assert line.text == unicodedata.normalize("NFC", words[line.side, line.line])
    for area in areas:
        if any(line.side == area.key for line in engraving.lines):
            drawing = svg(area, engraving.lines, face)
            assert ink(drawing)
            assert stray_mm(area, drawing, face.thicken_mm) < 0.03
            assert crowding_mm(drawing, straight=straight_lines(area, engraving)) < 0.01
    again = check(areas, slug, dict(reversed(words.items())))
    assert again is not None
    assert again.to_json() == engraving.to_json()
    assert Engraving.from_json(engraving.to_json()) == engraving


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            (DISC, 1, {}),
            (RING, 1, {}),
            (RIMMED, 1, {}),
            (RIMMED, 1, {3: "nina"}),
            (RIMMED, 3, {1: "nina"}),
            (RIMMED, 3, {}),
        ]
    ),
    st.sampled_from(sorted(FACES)),
    st.text("aenormtli", min_size=1, max_size=34),
)
def test_the_room_left_says_beforehand_whether_a_line_fits(
    place: tuple[Area, int, dict[int, str]], slug: str, text: str
) -> None:
    area, line, others = place
    words = others | {line: text}
    room = room_left_mm(area, FACES[slug], words, line)
    _, problems = outcome([area], slug, {("front", number): words[number] for number in words})
    if room >= 0:
        assert ("front", line) not in problems
    else:
        problem = problems["front", line]
        assert isinstance(problem, TooLong)
        assert problem.over_mm == pytest.approx(-room)


def test_an_empty_line_has_room_and_every_letter_takes_some(disc: Area) -> None:
    face = FACES["marcellus"]
    rooms = [room_left_mm(disc, face, {1: text}, 1) for text in ("", "M", "Ma", "Margaret")]
    assert rooms == sorted(rooms, reverse=True)
    assert len(set(rooms)) == 4
    assert 10 < rooms[0] < 16


@pytest.mark.parametrize("text", ["Zoë", " Zoë ", "zoë  grace", "McKENZIE", "“quoted”"])
def test_nothing_is_trimmed_cased_or_corrected(text: str, disc: Area) -> None:
    engraving = check([disc], "cormorant-sc", {("front", 1): text})
    assert engraving is not None
    assert engraving.lines[0].text == text


def test_letters_typed_in_two_parts_become_the_one_letter_they_are(disc: Area) -> None:
    engraving = check([disc], "great-vibes", {("front", 1): "Zoe\u0308"})
    assert engraving is not None
    assert engraving.lines[0].text == "Zo\u00eb"


@pytest.mark.parametrize("text", ["", "   ", "\u00a0 "])
def test_a_line_of_nothing_is_no_line(text: str, disc: Area) -> None:
    assert check([disc], "great-vibes", {("front", 1): text}) is None
    engraving = check([disc], "great-vibes", {("front", 1): text, ("front", 2): "Zoë"})
    assert engraving is not None
    assert [line.line for line in engraving.lines] == [2]


def test_a_piece_without_sides_needs_no_face() -> None:
    assert check([], "", {}) is None


def test_the_missing_letter_is_named_with_a_face_that_has_it(disc: Area) -> None:
    problem = problem_of([disc], "marcellus", "Ioniță")
    assert isinstance(problem, MissingLetters)
    assert [(letter.text, letter.name) for letter in problem.letters] == [
        ("ț", "LATIN SMALL LETTER T WITH COMMA BELOW")
    ]
    assert problem.message == (
        "Marcellus has no 'ț'. Great Vibes, Courier Prime, Cormorant SC and Rubik have it."
    )


def test_the_faces_named_have_the_letters_of_the_other_lines_too(disc: Area) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([disc], "marcellus", {("front", 1): "Ștefan", ("front", 2): "Quế"})
    first = refused.value.problems["front", 1]
    assert isinstance(first, MissingLetters)
    assert first.faces_that_have == ("Great Vibes", "Cormorant SC")


def test_a_letter_no_face_has_is_said_plainly(disc: Area) -> None:
    problem = problem_of([disc], "great-vibes", "Mia 🛵\ufe0f")
    assert problem.message == (
        "Great Vibes has no '🛵'. None of our faces has all the letters of these words. "
        "We can draw them for you by hand, and send you the drawing before anything is cut."
    )


def test_a_mark_that_the_face_cannot_place_counts_as_missing(disc: Area) -> None:
    problem = problem_of([disc], "courier-prime", "x\u0326")
    assert isinstance(problem, MissingLetters)
    assert problem.letters[0].text == "x\u0326"
    assert isinstance(problem_of([disc], "cormorant-sc", "\u0301a"), MissingLetters)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Zoë\nGrace", "line break"),
        ("Zoë\tG", "tab"),
        ("Zoë\u2028G", "line separator"),
        ("\u202eZoë", "right-to-left override"),
        ("Zo\u200bë", "zero width space"),
        ("Zo\u00adë", "soft hyphen"),
        ("Zoë\u034f", "combining grapheme joiner"),
        ("\ue000", "u+e000"),
        ("\ud800", "u+d800"),
        ("Z\0", "null"),
    ],
)
def test_what_cannot_be_seen_is_refused_by_name(text: str, named: str, disc: Area) -> None:
    problem = problem_of([disc], "cormorant-sc", text)
    assert isinstance(problem, ControlCharacters)
    assert named in problem.message


def test_a_line_too_long_says_by_how_much(disc: Area) -> None:
    problem = problem_of([disc], "courier-prime", "Margaret Rose Ann")
    assert isinstance(problem, TooLong)
    assert problem.over_mm > 1
    assert f"{problem.over_mm:.0f}"[0] in problem.message


def test_only_the_line_that_is_too_long_is_blamed(disc: Area) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([disc], "marcellus", {("front", 1): "Zoë", ("front", 2): "always and always and always"})
    assert list(refused.value.problems) == [("front", 2)]


def test_letters_too_tall_for_a_narrow_band_are_not_called_long() -> None:
    ring = Area("small", "Small", "ring", 12, 2, 1)
    problem = problem_of([ring], "great-vibes", "Yg")
    assert isinstance(problem, TooTall)
    assert problem.over_mm > 0


def test_a_very_long_line_is_not_even_measured(disc: Area) -> None:
    problem = problem_of([disc], "great-vibes", "a" * 61)
    assert problem == TooManyCharacters(61, 60)
    assert isinstance(problem_of([disc], "great-vibes", "a\u0301" * 100_000), TooManyCharacters)


def test_lines_and_faces_that_do_not_exist_are_refused(disc: Area) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([disc], "comic-sans", {("front", 1): "Zoë", ("back", 1): "Zoë", ("front", 4): "Zoë"})
    assert refused.value.problems == {
        ("back", 1): UnknownLine(),
        ("front", 4): UnknownLine(),
        FACE_FIELD: UnknownFace(),
    }


def test_the_words_of_a_form_are_found_by_their_fields(disc: Area) -> None:
    form = {field_name("front", 2): " Zoë", "engraving-back-1": "x", "dedication": "y"}
    assert words_in(form, [disc]) == {("front", 2): " Zoë"}


def test_no_error_and_no_repr_quotes_the_words(disc: Area) -> None:
    engraving = check([disc], "great-vibes", {("front", 1): "Canary"})
    assert "Canary" not in repr(engraving)
    with pytest.raises(EngravingRefused) as refused:
        check([disc], "great-vibes", {("front", 1): "Canary" * 9})
    assert "Canary" not in repr(refused.value) + str(refused.value) + repr(refused.value.problems)


def test_an_engraving_knows_whether_its_face_is_still_the_one_it_was_checked_with(disc: Area) -> None:
    now = check([disc], "great-vibes", {("front", 1): "Zoë"})
    assert now is not None
    before = Engraving(now.face, "0" * 64, now.lines)
    assert now.face_is_current
    assert not before.face_is_current


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "{}",
        '{"face":1,"face_version":"","lines":[]}',
        '{"face":"a","face_version":"b","lines":[["a",true,"b"]]}',
    ],
)
def test_json_that_is_no_engraving_is_refused(stored: str) -> None:
    with pytest.raises(EngravingUnreadable):
        Engraving.from_json(stored)
