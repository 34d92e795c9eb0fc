"""A month is Britain's, and has one figure wherever it is asked for."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text

from shop import clock
from shop.db import Database
from shop.giving import policies
from shop.giving.booking_days import Part, counts_on, first_day, last_day, next_month
from shop.giving.ledger import Standing
from shop.giving.models import Policy
from shop.giving.months import by_month, read_sums
from shop.giving.record import listed
from shop.giving.row_fields import COUNTS_ON
from tests.engines import ONE_ENGINE
from tests.exports.files import text_of
from tests.giving.conftest import Books

HOUR = timedelta(hours=1)


def file_of(books: Books, name: str, first: date | None, last: date | None) -> str:
    with books.database.reading() as session:
        return text_of(session, name, "live", first, last)


def in_the_csv(books: Books, month: str) -> int:
    text = file_of(books, "csv", first_day(month), last_day(month))
    return sum(int(row["amount_pence"]) for row in csv.DictReader(io.StringIO(text, newline="")))


def in_the_pages(books: Books, month: str) -> int:
    with books.database.reading() as session:
        found = listed(session, Part("live", first_day(month), last_day(month)), most=10_000)
    assert {record.period for record in found} <= {month}
    assert all(first_day(month) <= record.counts_on <= last_day(month) for record in found)
    return sum(record.amount_pence for record in found)


def by_days(books: Books, month: str) -> int:
    """Each day's file for itself."""
    days = [first_day(month) + timedelta(days=n) for n in range(last_day(month).day)]
    files = [file_of(books, "csv", day, day) for day in days]
    rows = [row for one in files for row in csv.DictReader(io.StringIO(one, newline=""))]
    return sum(int(row["amount_pence"]) for row in rows)


def in_beancount(books: Books) -> Counter[str]:
    """What each month's days cost, in a file of the whole ledger."""
    found: Counter[str] = Counter()
    day = ""
    for line in file_of(books, "beancount", None, None).splitlines():
        if dated := re.match(r"(\d{4}-\d\d)-\d\d \*", line):
            day = dated[1]
        elif cost := re.match(r"  Expenses:Giving  (\S+) GBP", line):
            found[day] += int(Decimal(cost[1]) * 100)
    return found


def months_of(books: Books) -> dict[str, int]:
    with books.database.reading() as session:
        return {month.name: month.given_pence for month in by_month(read_sums(session, "live"), "2026-01")}


def test_each_month_has_one_figure_wherever_it_is_shown(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    """Bookings about each midnight that ends a month, Britain's and UTC's, in summer and in winter."""
    chance, month = Random(11), "2026-01"
    number = 0
    while month < "2027-02":
        ends = clock.begins(first_day(month))
        for at in sorted(ends + chance.uniform(-1.5, 1.5) * HOUR for _ in range(6)):
            number += 1
            clock_at(at)
            books.bring(f"PM-{number}", Standing.ACCRUED, at=at - chance.choice((0, 1, 24, 24 * 5)) * HOUR)
            if number > 3 and chance.random() < 0.3:
                books.bring(f"PM-{number - 3}", Standing.NONE, at=at)
        month = next_month(month)
    shown, beancount = months_of(books), in_beancount(books)
    assert len(shown) > 12
    for month, pence in shown.items():
        assert pence == in_the_csv(books, month) == in_the_pages(books, month) == by_days(books, month)
        assert pence == beancount[month]
    assert sum(shown.values()) == books.totals().net_pence


def test_a_month_that_was_asked_for_does_not_change_when_news_comes_late(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    """A bank debit begun on 29 June whose money comes on 3 July."""
    clock_at(datetime(2026, 6, 20, 12, tzinfo=UTC))
    books.bring("PM-1", *[Standing.ACCRUED] * 4, at=datetime(2026, 6, 20, 12, tzinfo=UTC))
    june = (date(2026, 6, 1), date(2026, 6, 30))
    clock_at(datetime(2026, 7, 1, 9, tzinfo=UTC))
    before = file_of(books, "csv", *june)
    clock_at(datetime(2026, 7, 3, 9, tzinfo=UTC))
    books.bring("PM-2", Standing.ACCRUED, at=datetime(2026, 6, 29, 9, tzinfo=UTC))
    assert file_of(books, "csv", *june) == before
    assert in_the_csv(books, "2026-06") == months_of(books)["2026-06"] == 2000
    assert in_the_csv(books, "2026-07") == months_of(books)["2026-07"] == 500
    late = file_of(books, "beancount", date(2026, 7, 1), date(2026, 7, 31))
    assert '2026-07-03 * "accrue" "PM-2' in late
    assert "  happened: 2026-06-29" in late


@ONE_ENGINE
def test_half_an_hour_after_midnight_in_summer_it_is_the_new_month(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    clock_at(at)
    books.bring("PM-1", Standing.ACCRUED, at=at)
    assert months_of(books) == {"2026-07": 500}
    with books.database.reading() as session:
        (record,) = listed(session, Part("live"), most=1)
        assert read_sums(session, "live").booked_on == date(2026, 7, 1)
    assert (record.counts_on, record.happened_on) == (date(2026, 7, 1), date(2026, 7, 1))


@ONE_ENGINE
def test_what_is_booked_after_an_early_close_counts_in_the_month_that_is_open(books: Books) -> None:
    assert counts_on("2026-07", datetime(2026, 6, 30, 12, tzinfo=UTC)) == date(2026, 7, 1)
    assert counts_on("2026-06", datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 6, 30)
    assert counts_on("2026-06", datetime(2026, 6, 30, 22, 30, tzinfo=UTC)) == date(2026, 6, 30)


def test_the_database_gives_a_booking_the_day_that_python_does(database: Database) -> None:
    """Every hour about midnight of 18 years, and every hour of the days on which the clocks change."""
    moments = [
        datetime(2020, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=day)
        for day in range(0, 18 * 366, 13)
        for hour in (0, 22, 23)
    ]
    for year in range(2020, 2038):
        for month in (3, 10):
            for day in range(24, 32):
                moments += [
                    datetime(year, month, day, hour, minute, tzinfo=UTC)
                    for hour in (0, 1)
                    for minute in (0, 59)
                ]
    sqlite = database.engine.dialect.name == "sqlite"
    day = COUNTS_ON.sqlite if sqlite else f"({COUNTS_ON.postgresql})::text"
    moment = ":at" if sqlite else "CAST(:at AS timestamptz)"
    asked = text(f"SELECT {day} FROM (SELECT CAST(:period AS text) AS period, {moment} AS booked_at) AS one")
    wrong = []
    with database.reading() as session:
        for at in moments:
            for period in {clock.month(at), f"{at:%Y-%m}", next_month(f"{at:%Y-%m}")}:
                stored = at.replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else at
                found = session.scalar(asked, {"period": period, "at": stored})
                if found != counts_on(period, at).isoformat():
                    wrong.append((at, period, found))
    assert wrong == []


def test_two_agreements_of_which_one_follows_the_other_leave_no_moment_between_them(
    database: Database,
) -> None:
    """In Britain's days: from one midnight there to the next, in summer and in winter."""
    starts = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 11, 1), date(2027, 4, 1)]
    with database.transaction() as session:
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
            session.add(
                Policy(
                    charity_name="PANDAS Foundation UK",
                    charity_description="a perinatal mental-health charity",
                    charity_url="https://example.org/",
                    amount_pence=500 + number,
                    basis="unit",
                    agreement_reference=f"AG-{number}",
                    agreement_signed_on=start,
                    starts_on=start,
                    ends_on=end and end - timedelta(days=1),
                )
            )
    with database.reading() as session:
        for number, start in enumerate(starts[1:]):
            for minutes in range(-90, 91):
                at = clock.begins(start) + timedelta(minutes=minutes, seconds=-30)
                policy = policies.policy_in_force(session, at)
                assert policy is not None, at
                assert policy.agreement_reference == f"AG-{number + (minutes > 0)}", at


@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 30), date(2026, 12, 31)]
)
def test_each_day_of_a_file_ends_where_the_next_begins(
    books: Books, clock_at: Callable[[datetime], None], day: date
) -> None:
    starts, ends = clock.begins(day), clock.begins(day + timedelta(days=1))
    for number, at in enumerate((starts, ends - timedelta(microseconds=1), ends)):
        clock_at(at)
        books.bring(f"PM-{number}", Standing.ACCRUED, at=at)
    rows = file_of(books, "csv", day, day).splitlines()[1:]
    assert [row.split(",")[6] for row in rows] == ["PM-0", "PM-1"]
