"""Which way words read, whatever stands before, between or after their letters."""

import pytest

from shop.text.direction import is_leftwards, isolated, language_of


@pytest.mark.parametrize(
    ("text", "leftwards"),
    [
        ("", False),
        ("Wren!", False),
        ("(2014)", False),
        ("נועה!", True),
        ("(2014) נועה האהובה", True),
        ("!נועה", True),
        ("Noa, שלנו לעולם", True),
        ("Noa Ben-David (נועה)", False),
        ("٢٠١٤ نور", True),
        ("🤍 نور 🤍", True),
        ("אב ab", True),
        ("ab אב", False),
        ("李明", False),
        ("020 7946 0000", False),
    ],
)
def test_most_of_its_letters_say_which_way_a_text_reads(text: str, leftwards: bool) -> None:
    assert is_leftwards(text) is leftwards


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wren", ""), ("Siân ☆ 2014", ""), ("🤍", ""), ("Annabel Ελένη", ""),
        ("נועה!", "he"), ("Ιωάννα", "el"), ("ᏣᎳᎩ", "chr"), ("李さん", "ja"), ("이 李", "ko"),
        ("نور", "und-Arab"), ("李明", "und-Hani"), ("Аня", "und-Cyrl"),
    ],
)  # fmt: skip
def test_a_script_says_the_language_if_it_has_only_one(text: str, language: str) -> None:
    assert language_of(text) == language


def test_only_what_reads_from_right_to_left_is_set_apart_where_there_is_no_markup() -> None:
    assert isolated("Wren\n(2014)") == "Wren\n(2014)"
    assert isolated("נועה!\nWren") == "\u2067נועה!\u2069\nWren"
    assert isolated("Noa Ben-David (נועה)") == "\u2066Noa Ben-David (נועה)\u2069"
