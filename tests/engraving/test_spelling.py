"""At the bench each letter can be read by its name: no two that look alike are called the same."""

import itertools
import unicodedata

import pytest

from shop.engraving import FACES
from shop.engraving.faces import opened
from shop.engraving.signs import SIGNS
from shop.engraving.spelling import spelled


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lI1", ["small l", "capital I", "digit one"]),
        ("O0o", ["capital O", "digit zero", "small o"]),
        ("-–—", ["hyphen", "dash", "long dash"]),
        ("Siân", ["capital S", "small i", "small a with circumflex", "small n"]),
        ("O’Neil & Co", None),
        ("ſß", ["small long s", "small sharp s"]),
        ("Ελ", ["Greek capital epsilon", "Greek small lamda"]),
        ("a b", ["small a", "space", "small b"]),
        ("♥", ["heart"]),
    ],
)
def test_each_letter_is_called_what_people_call_it(text: str, names: list[str] | None) -> None:
    found = spelled(text)
    assert "".join(letter.text for letter in found) == text
    if names is not None:
        assert [letter.name for letter in found] == names


def test_an_accent_typed_by_itself_is_part_of_its_letter() -> None:
    assert [letter.name for letter in spelled("e\u0301")] == ["small e with acute"]
    assert [letter.name for letter in spelled("x\u0301")] == ["small x with acute"]


def test_a_letter_that_is_written_as_one_stays_one() -> None:
    assert len(spelled("नी")) == 1


@pytest.mark.parametrize("text", ["", "\u200d", "\u202e", "\ud800", "\x00", "🦄"])
def test_whatever_is_asked_is_answered(text: str) -> None:
    assert all(letter.name for letter in spelled(text))


def test_no_two_letters_that_can_be_cut_are_called_the_same() -> None:
    letters = sorted({chr(code) for face in FACES.values() for code in opened(face).characters} | {*SIGNS})
    found = [
        (letter.name, text)
        for text in letters
        if unicodedata.normalize("NFC", text) == text
        for letter in spelled(text)
    ]
    called = itertools.groupby(sorted(set(found)), key=lambda pair: pair[0])
    alike = {name: [text for _, text in pairs] for name, group in called if len(pairs := list(group)) > 1}
    assert alike == {}
