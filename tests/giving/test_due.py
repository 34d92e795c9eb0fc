"""What is due to the charity: by which day, since when, and of which gifts it is made."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from shop.giving import ledger, remittances
from shop.giving.due import Due, due
from shop.giving.ledger import Standing
from shop.giving.reminders import When, note, reminders
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books
from tests.giving.test_remittances import pay, undo

ACCRUED, HELD, NONE = Standing.ACCRUED, Standing.HELD, Standing.NONE

At = Callable[[datetime], None]


def noon(month: int, day: int) -> datetime:
    return datetime(2031, month, day, 12, tzinfo=UTC)


@pytest.fixture
def on(clock_at: At) -> Callable[[int, int], None]:
    """Set the clock to noon of a day of 2031."""
    return lambda month, day: clock_at(noon(month, day))


def owed(books: Books) -> Due | None:
    with books.database.reading() as session:
        found = due(session, "live")
    return found[0] if found else None


def sold(books: Books, order: str, month: int, day: int, *standings: Standing) -> None:
    books.bring(order, *standings, at=noon(month, day))


def made_of(books: Books) -> list[tuple[str, int, int]]:
    found = owed(books)
    return [(one.month, one.gifts, one.pence) for one in found.months] if found else []


@ONE_ENGINE
def test_a_gift_is_due_28_days_after_it_was_received_and_the_oldest_is_due_first(
    books: Books, on: Callable[[int, int], None]
) -> None:
    on(7, 10)
    assert owed(books) is None
    sold(books, "PM-1", 6, 4, ACCRUED, ACCRUED)
    sold(books, "PM-2", 6, 20, ACCRUED)
    sold(books, "PM-3", 7, 10, ACCRUED)
    found = owed(books)
    assert found is not None
    assert (found.pence, found.received, found.due_on) == (2000, date(2031, 6, 4), date(2031, 7, 2))
    assert made_of(books) == [("2031-06", 3, 1500), ("2031-07", 1, 500)]
    assert [found.due_by(day) for day in (date(2031, 7, 1), date(2031, 7, 2), date(2031, 7, 18))] == [
        0,
        1000,
        1500,
    ]
    june = found.months[0]
    assert (june.due_from, june.due_until) == (date(2031, 7, 2), date(2031, 7, 18))


@ONE_ENGINE
def test_payments_settle_what_came_first_and_what_was_undone_is_due_again(
    books: Books, on: Callable[[int, int], None]
) -> None:
    on(7, 10)
    sold(books, "PM-1", 6, 4, ACCRUED, ACCRUED)
    sold(books, "PM-2", 7, 1, ACCRUED)
    part = pay(books, 700, paid_on=date(2031, 7, 2))
    assert made_of(books) == [("2031-06", 1, 300), ("2031-07", 1, 500)]
    pay(books, 800, paid_on=date(2031, 7, 3))
    assert owed(books) is None
    undo(books, part.seq)
    found = owed(books)
    assert found is not None
    assert (found.pence, found.due_on) == (700, date(2031, 7, 2))


@ONE_ENGINE
def test_what_is_refunded_or_in_dispute_is_not_due_and_a_dispute_won_is_received_anew(
    books: Books, on: Callable[[int, int], None]
) -> None:
    on(7, 30)
    sold(books, "PM-1", 6, 4, ACCRUED, ACCRUED)
    sold(books, "PM-1", 6, 10, NONE, HELD)
    assert owed(books) is None
    sold(books, "PM-1", 7, 28, NONE, ACCRUED)
    found = owed(books)
    assert found is not None
    assert (found.pence, found.received, found.due_on) == (500, date(2031, 7, 28), date(2031, 8, 25))


@ONE_ENGINE
def test_a_refund_after_it_was_paid_over_is_set_against_what_comes_next(
    books: Books, on: Callable[[int, int], None]
) -> None:
    on(7, 10)
    sold(books, "PM-1", 6, 4, ACCRUED)
    pay(books, 500, paid_on=date(2031, 7, 2))
    sold(books, "PM-1", 7, 5, NONE)
    assert owed(books) is None, "it was paid ahead"
    sold(books, "PM-2", 7, 8, ACCRUED, ACCRUED)
    assert made_of(books) == [("2031-07", 1, 500)]


def told(books: Books, book: ledger.Book = "live") -> list[tuple[When, date]]:
    with books.database.transaction() as session:
        found = reminders(session, book)
        for one in found:
            note(session, one)
    return [(one.when, one.due.due_on) for one in found]


def test_it_is_told_once_a_week_before_and_each_week_that_it_is_late(
    books: Books, on: Callable[[int, int], None]
) -> None:
    sold(books, "PM-1", 6, 4, ACCRUED)  # due on 2 July
    sold(books, "PM-2", 6, 5, ACCRUED)
    books.bring("PM-T", ACCRUED, at=noon(6, 4), book="test")
    due_on, days = date(2031, 7, 2), {}
    for after in range(45):
        day = date(2031, 6, 20) + timedelta(days=after)
        on(day.month, day.day)
        if found := told(books):
            days[day.isoformat()[5:]] = found
        assert told(books) == told(books, "test") == []
    assert days == {
        "06-25": [(When.BEFORE, due_on)],
        **{day: [(When.AFTER, due_on)] for day in ("07-03", "07-10", "07-17", "07-24", "07-31")},
    }
    with books.database.transaction() as session:
        remittances.record_remittance(
            session, book="live", policy_id=books.policy, amount_pence=1000, paid_on=date(2031, 8, 3),
            bank_reference="POM", key="all", actor="finance",
        )  # fmt: skip
    on(8, 10)
    assert told(books) == []
