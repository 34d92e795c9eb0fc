import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.dedications.words import DedicationRefused, check_dedication, check_gift_message
from shop.text.typed_text import kept_text, unprintable


@given(st.text(max_size=450))
def test_a_dedication_is_kept_by_the_rule_for_all_fields_or_refused(text: str) -> None:
    kept = kept_text(text)
    if len(kept) > 400 or unprintable(kept):
        with pytest.raises(DedicationRefused):
            check_dedication(text)
    else:
        assert check_dedication(text) == (kept if text.strip() and kept.strip() else None)


@pytest.mark.parametrize("text", ["", "  \n ", "\r\n"])
def test_nothing_written_is_no_dedication(text: str) -> None:
    assert check_dedication(text) is None


@pytest.mark.parametrize(
    "text", ["  For you,\n\n  always ", "לנועה שלי", "👩\u200d👧 ♡", "Zoë, 17 weeks", "می\u200cخواهم"]
)
def test_lines_spaces_and_every_script_are_welcome(text: str) -> None:
    assert check_dedication(text) == text


def test_a_browsers_line_ends_count_once() -> None:
    assert check_dedication("a\r\nb") == "a\nb"
    assert check_dedication("\r\n".join("x" * 200)) == "\n".join("x" * 200)


@pytest.mark.parametrize("bad", ["\0", "\x1b", "\u202d", "\u202e", "\ud800", "\ue000", "\ufffe", "\ufdd0"])
def test_what_cannot_be_printed_is_refused_without_quoting_the_words(bad: str) -> None:
    with pytest.raises(DedicationRefused) as refused:
        check_dedication(f"canary{bad}words")
    assert "canary" not in str(refused.value) + repr(refused.value)
    assert "typing that part afresh" in refused.value.message


def test_the_card_has_room_for_so_much() -> None:
    assert check_dedication("é" * 400) == "é" * 400
    assert check_dedication("e\u0301" * 400) == "é" * 400
    assert check_gift_message("x" * 240) == "x" * 240
    with pytest.raises(DedicationRefused, match="has 401 characters; the card has room for 400"):
        check_dedication("x" * 401)
    with pytest.raises(DedicationRefused, match="has 241 characters; the card has room for 240"):
        check_gift_message("x" * 241)
    with pytest.raises(DedicationRefused, match="1000000"):
        check_dedication("x" * 1_000_000)
