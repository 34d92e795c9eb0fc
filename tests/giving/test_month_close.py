"""A month is closed once, in its turn, by somebody who saw what it comes to; then it stands for good."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from random import Random

import pytest

from shop.giving import month_close, remittances
from shop.giving.booking_days import next_month
from shop.giving.ledger import Standing
from shop.giving.month_close import NotItsTurn, SomethingWasBooked
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books

ACCRUED, HELD, NONE = Standing.ACCRUED, Standing.HELD, Standing.NONE


def noon(month: str, day: int = 15) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), day, 12, tzinfo=UTC)


def ending(books: Books, month: str) -> month_close.Ending:
    with books.database.reading() as session:
        return month_close.ending(session, month)


def close(books: Books, month: str, seen: str | None = None) -> month_close.Ending:
    with books.database.transaction() as session:
        seen = seen or month_close.ending(session, month).digest
        return month_close.close_month(session, month, seen=seen, actor="finance@example.com")


def turn(books: Books) -> str | None:
    with books.database.reading() as session:
        return month_close.next_to_close(session)


def pay(books: Books, pence: int, key: str, on: date) -> None:
    with books.database.transaction() as session:
        remittances.record_remittance(
            session, book="live", policy_id=books.policy, amount_pence=pence, paid_on=on,
            bank_reference="POM", key=key, actor="finance@example.com", more_than_owed=True,
        )  # fmt: skip


@pytest.fixture
def quarter(books: Books, clock_at: Callable[[datetime], None]) -> Books:
    """Three pieces in July, one disputed; in August one comes back and £5 is paid; nothing since."""
    clock_at(noon("2026-07"))
    books.bring("PM-1", ACCRUED, ACCRUED, HELD, at=noon("2026-07"))
    books.bring("PM-T", ACCRUED, book="test", at=noon("2026-07"))
    clock_at(noon("2026-08"))
    books.bring("PM-1", NONE, ACCRUED, HELD, at=noon("2026-08"))
    pay(books, 500, "k", date(2026, 8, 14))
    clock_at(noon("2026-10"))
    return books


@ONE_ENGINE
def test_the_statement_says_what_came_what_went_and_what_is_left(quarter: Books) -> None:
    july, test = ending(quarter, "2026-07").statements
    assert (july.opening_owed_pence, july.accrued_pence, july.taken_back_pence, july.paid_pence) == (
        0,
        1500,
        0,
        0,
    )
    assert (july.owed_pence, july.held_pence) == (1000, 500)
    assert [(gift.amount_pence, gift.accrued_units, gift.taken_back_units) for gift in july.gifts] == [
        (500, 3, 0)
    ]
    august = ending(quarter, "2026-08").statements[0]
    assert (august.opening_owed_pence, august.opening_held_pence) == (1000, 500)
    assert (august.accrued_pence, august.taken_back_pence, august.paid_pence) == (0, 500, 500)
    assert (august.owed_pence, august.held_pence) == (0, 500)
    assert [(gift.accrued_units, gift.taken_back_units, gift.pence) for gift in august.gifts] == [
        (0, 1, -500)
    ]
    september = ending(quarter, "2026-09").statements[0]
    assert (september.opening_owed_pence, september.owed_pence, september.gifts) == (0, 0, ())
    assert test.accrued_pence == 500
    for month in ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10"):
        assert all(one.balances for one in ending(quarter, month).statements)


@ONE_ENGINE
def test_months_are_closed_in_their_turn_each_once_and_only_when_they_are_over(
    quarter: Books, clock_at: Callable[[datetime], None]
) -> None:
    for month in ("2026-07", "2026-08", "2026-09"):
        for other in {"2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"} - {month}:
            with pytest.raises(NotItsTurn):
                close(quarter, other)
        assert turn(quarter) == month
        close(quarter, month)
    assert turn(quarter) is None
    clock_at(datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    assert turn(quarter) is None
    clock_at(datetime(2026, 11, 1, tzinfo=UTC))
    assert turn(quarter) == "2026-10"
    assert quarter.problems() == []
    with quarter.database.reading() as session:
        closed = month_close.closed_months(session)
    assert list(closed) == ["2026-07", "2026-08", "2026-09"]
    assert {one.closed_by for one in closed.values()} == {"finance@example.com"}


@ONE_ENGINE
def test_an_empty_ledger_has_no_month_to_close(books: Books) -> None:
    assert turn(books) is None


@ONE_ENGINE
def test_a_month_in_which_something_was_booked_meanwhile_is_shown_again(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 7, 31, 22, 59, tzinfo=UTC))
    books.bring("PM-1", ACCRUED)
    seen = ending(books, "2026-07").digest
    books.bring("PM-2", ACCRUED)
    clock_at(datetime(2026, 7, 31, 23, 0, tzinfo=UTC))  # August in London
    with pytest.raises(SomethingWasBooked):
        close(books, "2026-07", seen)
    assert turn(books) == "2026-07"
    close(books, "2026-07")


@ONE_ENGINE
def test_a_closed_month_says_the_same_for_good(quarter: Books) -> None:
    frozen = {month: close(quarter, month) for month in ("2026-07", "2026-08", "2026-09")}
    quarter.bring("PM-1", NONE, NONE, NONE, at=noon("2026-07", 20))  # what became known in October of July
    quarter.bring("PM-9", ACCRUED, at=noon("2026-08"))
    pay(quarter, 2000, "k2", date(2026, 9, 1))
    for month, found in frozen.items():
        again = ending(quarter, month)
        assert again.text == found.text
        assert hashlib.sha256(again.text.encode()).hexdigest() == found.digest
        assert json.loads(again.text)["books"]["live"]["owed_pence"] == again.statements[0].owed_pence
    assert quarter.problems() == []


@pytest.mark.parametrize(("change", "told"), [
    ("UPDATE ledger_period SET statement_sha256 = 'abc' WHERE name = '2026-08'", "with another statement"),
    ("UPDATE policy SET charity_name = 'Another' WHERE id = 1", "with another statement"),
    ("UPDATE ledger_sum SET pence = pence + 1 WHERE period = '2026-08'", "the sum of live, 2026-08"),
])  # fmt: skip
def test_a_statement_that_is_not_the_one_that_was_frozen_is_found(
    quarter: Books, change: str, told: str
) -> None:
    for month in ("2026-07", "2026-08"):
        close(quarter, month)
    quarter.without_guards()
    quarter.run(change)
    assert any(told in problem for problem in quarter.problems())


def test_of_many_who_close_at_the_same_moment_one_does(quarter: Books) -> None:
    seen = ending(quarter, "2026-07").digest

    def tries(_: int) -> bool:
        try:
            close(quarter, "2026-07", seen)
        except NotItsTurn:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(tries, range(6))) == [False] * 5 + [True]
    assert quarter.problems() == []


@ONE_ENGINE
def test_two_years_of_anything_close_month_by_month(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    """How each month ends is how the next begins, and its gifts are what was booked in it."""
    chance, month, orders = Random(5), "2026-01", 0
    owed = held = 0
    while month < "2028-01":
        for day in sorted(chance.sample(range(1, 29), 4)):
            clock_at(noon(month, day))
            orders += 1
            books.bring(f"PM-{orders}", *chance.choices((ACCRUED, HELD), k=2), at=noon(month, day))
            books.bring(
                f"PM-{chance.randint(1, orders)}", chance.choice((NONE, HELD, ACCRUED)), at=noon(month, day)
            )
            if chance.random() < 0.3:
                pay(books, chance.choice((500, 1500)), f"k{orders}", noon(month, day).date())
        clock_at(noon(next_month(month), 1))
        statement = close(books, month).statements[0]
        assert statement.balances
        assert (statement.opening_owed_pence, statement.opening_held_pence) == (owed, held)
        assert (
            sum(gift.pence for gift in statement.gifts)
            == statement.accrued_pence - statement.taken_back_pence
        )
        owed, held = statement.owed_pence, statement.held_pence
        month = next_month(month)
    totals = books.totals()
    assert (owed, held) == (totals.accrued_pence + totals.payable_pence, totals.held_pence)
    assert books.problems() == []
