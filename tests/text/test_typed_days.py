"""A day is read as people in Britain write it; what could be another day, or is none, is not guessed at."""

from datetime import date, timedelta

import pytest

from shop.text.typed_days import read_day

TODAY = date(2026, 11, 27)
FIFTEENTH = date(2026, 12, 15)


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-12-15", "15/12/2026", "15/12/26", "15.12.26", "15-12-2026", "15/12", "15.12."),
        *("15 Dec", "15 dec 2026", "15th December 2026", "15th of December", "December 15", "Dec 15th, 2026"),
        *("the fifteenth of December", "Fifteenth December 2026", "Tuesday 15 December", "Tues, 15 Dec."),
        *("  15   DECEMBER  ", "١٥/١٢"),
    ],
)
def test_the_ways_to_write_a_day_are_read(typed: str) -> None:
    assert read_day(typed, TODAY) == FIFTEENTH


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1/2", date(2027, 2, 1)),
        ("27 November", date(2027, 11, 27)),
        ("28 Nov", date(2026, 11, 28)),
        ("14 Sept", date(2027, 9, 14)),
        ("the twenty-first of January", date(2027, 1, 21)),
        ("the twenty first of January", date(2027, 1, 21)),
        ("thirty first december", date(2026, 12, 31)),
        ("May the fourth", date(2027, 5, 4)),
        ("15 December 2020", date(2020, 12, 15)),
    ],
)
def test_without_a_year_it_is_the_next_such_day(typed: str, meant: date) -> None:
    assert read_day(typed, TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", "before Christmas", "soon", "tomorrow", "December", "15", "mid December", "15 or 16 December"),
        *("12/25/2026", "31/2/2027", "31 February", "0000-00-00", "15 J", "15 Ju", "Monday 15 December"),
        *("15 December 26 at noon", "not the fifteenth of December", "2026", "15/12/2026/1"),
        *("15 December 999999999999", "9" * 4000, "29 February"),
    ],
)
def test_what_could_be_another_day_is_not_guessed(typed: str) -> None:
    assert read_day(typed, TODAY) is None


def test_every_day_of_two_years_is_read_back_from_each_way_to_write_it() -> None:
    for ahead in range(1, 731):
        day = TODAY + timedelta(days=ahead)
        for way in ("%Y-%m-%d", "%d/%m/%Y", "%-d.%-m.%y", "%-d %B %Y", "%A %-d %b %Y", "%B %-d, %Y"):
            assert read_day(f"{day:{way}}", TODAY) == day, way
