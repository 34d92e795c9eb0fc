"""On the metal stands all of what was typed, or nothing and a note: part of a word is another word."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.engraving import FACES, Area, Placement, over_picture, preview, remarks
from shop.engraving.characters import drawable, is_blank, missing, split
from shop.engraving.limits import MAX_CHARACTERS

DISC = Area("front", "Front", "disc", 16, 16, 2)
BAR = Area("front", "Front", "bar", 30, 5, 1)
HERE = Placement("front", (40.0, 0.0, 0.0, 40.0, 500.0, 700.0))
FIELD = "engraving-front-1"


def drawings(area: Area, **params: str) -> list[str]:
    """The words as the plain drawing and as the picture show them."""
    over = over_picture(params, [area], [HERE], size=(1000, 1250), metal="silver", name="here")
    return [preview(params, [area]), over]


def letters_drawn(drawing: str) -> int:
    words = re.search(r'<g class="words".*?</g></g>', drawing)
    return words.group().count("<path") if words else 0


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    "text",
    ["Ꭱ Anna", "Anna ꮨꮳ", "Zoë \U0001f49c", "Zo\në", "Mia\ue000", "a" * (MAX_CHARACTERS + 1), "\u0301Anna"],
)
def test_words_with_a_letter_that_cannot_be_cut_are_not_drawn_in_part(face: str, text: str) -> None:
    for drawing in drawings(DISC, face=face, **{FIELD: text}):
        assert letters_drawn(drawing) == 0
        ET.fromstring(drawing)
    sentence, wrong, _ = remarks([DISC], FACES[face], {FIELD: text})[FIELD]
    assert wrong
    assert sentence


@pytest.mark.parametrize("text", ["Ελένη", "λ Ελένη", "Μαρία-Λουΐζα"])
def test_greek_in_a_face_without_greek_is_a_quiet_note_and_no_lambda(text: str) -> None:
    for drawing in drawings(DISC, face="great-vibes", **{FIELD: text}):
        assert letters_drawn(drawing) == 0
    sentence, *_ = remarks([DISC], FACES["great-vibes"], {FIELD: text})[FIELD]
    assert sentence.startswith("Great Vibes has no Greek letters")


def test_the_plain_drawing_carries_the_note_that_stands_beside_the_field() -> None:
    asked = {"face": "marcellus", FIELD: "Юлия"}
    described = ET.fromstring(preview(asked, [DISC])).findtext("{http://www.w3.org/2000/svg}desc")
    assert described == remarks([DISC], FACES["marcellus"], asked)[FIELD][0]
    assert "<desc" not in preview({"face": "marcellus", FIELD: "Julia"}, [DISC])


def test_the_other_lines_of_a_side_stay_in_sight() -> None:
    alone, beside = (
        drawings(DISC, face="marcellus", **words)
        for words in ({FIELD: "Anna"}, {FIELD: "Anna", "engraving-front-2": "Ελένη"})
    )
    assert [letters_drawn(drawing) for drawing in beside] == [letters_drawn(drawing) for drawing in alone]


def test_words_that_are_too_long_are_shown_whole_and_not_as_if_they_were_cut() -> None:
    fits, over = (drawings(BAR, face="marcellus", **{FIELD: text})[1] for text in ("Anna", "Annabel " * 5))
    assert "filter=" in fits
    assert "filter=" not in over
    assert "clip" not in over
    assert letters_drawn(over) == 35


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=80), st.sampled_from(sorted(FACES)))
def test_all_letters_or_none(text: str, slug: str) -> None:
    face = FACES[slug]
    drawn = drawable(face, text)
    if drawn:
        assert not missing(face, drawn)
        assert len(split(drawn)) >= len(split(text)) - 1 or is_blank(text)
