"""A postcode is read as a person would: the one that is meant, or the place that it names instead."""

import pytest

from shop.text.postcodes import (
    CHANNEL_ISLANDS,
    FORCES,
    GREAT_BRITAIN,
    ISLE_OF_MAN,
    NORTHERN_IRELAND,
    Abroad,
    Postcode,
    read_postcode,
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ba11aa", "BA1 1AA"), ("  sw1a  1aa ", "SW1A 1AA"), ("BA1 IAA", "BA1 1AA"), ("BAI 1AA", "BA1 1AA"),
        ("BA1 lAA", "BA1 1AA"), ("SW1A OAA", "SW1A 0AA"), ("LS1O 3DL", "LS10 3DL"), ("0X1 2AB", "OX1 2AB"),
        ("1P1 1AA", "IP1 1AA"), ("5W1A 1AA", None), ("M1 1AE", "M1 1AE"), ("L1 8JQ", "L1 8JQ"),
        ("EC1A 1BB", "EC1A 1BB"), ("BO1 1AA", None), ("QQ1 1AA", None), ("Bath", None), ("", None),
        ("BA1", None), ("BA1 1AA x", None), ("ＢＡ１ １ＡＡ", None),
        ("BA1 1AA.", "BA1 1AA"), ("ba1-1aa", "BA1 1AA"), ("BA1 IAA,", "BA1 1AA"),
        ("sw1a 1aa, UK", None), ("BA1 1AA England", None), ("BA1 1AAA", None), ("BA1 1AA 1", None),
    ],
)  # fmt: skip
def test_a_british_postcode_is_read_however_it_is_typed(typed: str, meant: str | None) -> None:
    assert read_postcode(typed) == (Postcode(meant, GREAT_BRITAIN) if meant else None)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("BT1 1AA", NORTHERN_IRELAND), ("im11aa", ISLE_OF_MAN), ("JE2 3AB", CHANNEL_ISLANDS),
        ("GY1 1AA", CHANNEL_ISLANDS), ("BF1 2AB", FORCES), ("BFPO 58", FORCES), ("bfpo58", FORCES),
        ("BTI IAA", NORTHERN_IRELAND),
    ],
)  # fmt: skip
def test_a_british_postcode_says_where_else_it_leads(typed: str, place: str) -> None:
    found = read_postcode(typed)
    assert isinstance(found, Postcode)
    assert found.place == place


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("D02 X285", "Ireland"), ("d6w xy00", "Ireland"), ("K1A 0B1", "Canada"),
        ("1012 AB", "the Netherlands"),
        ("1234 AB", "the Netherlands"),
        ("10001", "another country"), ("3000", "another country"), ("100-0001", "another country"),
        ("10001-1234", "another country"), ("00-950", "another country"), ("113 51", "another country"),
    ],
)  # fmt: skip
def test_a_postcode_from_abroad_says_of_where(typed: str, place: str) -> None:
    assert read_postcode(typed) == Abroad(place)
