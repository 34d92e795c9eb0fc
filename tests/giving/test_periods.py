"""Quarters and years are the sums of their months, one figure wherever it is asked for."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from shop.exports.figures import figures as added_up
from shop.exports.selection import of_days
from shop.giving.booking_days import first_day, last_day, months_on
from shop.giving.ledger import Standing
from shop.giving.month_close import closed_months, statements
from shop.giving.month_statements import Figures
from shop.giving.periods import Kind, Period, figures, periods
from tests.giving.conftest import Books
from tests.giving.test_evidence import agreed, on
from tests.giving.test_remittances import pay

__all__ = ["agreed", "on"]
ACCRUED, NONE, HELD = Standing.ACCRUED, Standing.NONE, Standing.HELD
SAME = (
    "opening_owed_pence", "opening_held_pence", "accrued_pence", "taken_back_pence", "paid_pence",
    "owed_pence", "held_pence",
)  # fmt: skip


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def year(agreed: Books, clock_at: Callable[[datetime], None]) -> Books:
    """A year of sales, refunds, disputes and payments, of which the first four months are closed."""
    for month in range(4, 13):
        clock_at(datetime(2031, month, 20, 12, tzinfo=UTC))
        agreed.bring(f"PM-{month}", *[ACCRUED] * month, at=datetime(2031, month, 18, 12, tzinfo=UTC))
        if month % 3 == 0:
            agreed.bring(f"PM-{month - 1}", NONE, HELD, at=datetime(2031, month, 19, 12, tzinfo=UTC))
        if month % 2:
            pay(
                agreed, month * 300, paid_on=datetime(2031, month, 20, tzinfo=UTC).date(), more_than_owed=True
            )
    clock_at(datetime(2032, 1, 5, 12, tzinfo=UTC))
    return agreed


def asked(books: Books, kind: Kind, starts: int = 4) -> list[tuple[Period, Figures]]:
    with books.database.reading() as session:
        found = periods(session, kind, "live", first="2031-04", now="2032-01", starts=starts)
        return list(zip(found, figures(session, "live", found), strict=True))


@pytest.mark.parametrize("starts", [1, 2, 4, 12])
def test_a_period_is_what_its_months_come_to_and_what_its_file_says(year: Books, starts: int) -> None:
    for kind in (Kind.QUARTER, Kind.FINANCIAL_YEAR):
        found = asked(year, kind, starts)
        assert found[-1][0].first <= "2031-04"
        assert found[0][0].last >= "2032-01"
        for period, came_to in found:
            assert came_to.balances
            with year.database.reading() as session:
                months = statements(session, "live", period.months)
                selected = of_days("live", first_day(period.first), last_day(period.last))
                file = added_up(session, selected)
            assert {name: getattr(file, name) for name in SAME} == {
                name: getattr(came_to, name) for name in SAME
            }
            for name in ("accrued_pence", "taken_back_pence", "paid_pence"):
                assert sum(getattr(one, name) for one in months) == getattr(came_to, name)
            units = sum(gift.accrued_units - gift.taken_back_units for gift in came_to.gifts)
            assert units * 500 == came_to.accrued_pence - came_to.taken_back_pence


def test_each_period_begins_as_the_one_before_ended(year: Books) -> None:
    for kind in (Kind.QUARTER, Kind.FINANCIAL_YEAR):
        found = asked(year, kind)[::-1]
        for (before, ended), (after, begins) in pairwise(found):
            assert months_on(before.last, 1) == after.first
            assert (begins.opening_owed_pence, begins.opening_held_pence) == (
                ended.owed_pence,
                ended.held_pence,
            )


def test_the_years_of_an_agreement_begin_with_its_month_and_have_its_charitys_figures(year: Books) -> None:
    ((period, came_to),) = asked(year, Kind.AGREEMENT_YEAR)
    assert (period.first, period.last, period.reference) == ("2031-04", "2032-03", "IR-2")
    assert came_to.accrued_pence == sum(range(4, 13)) * 500
    assert {gift.charity_name for gift in came_to.gifts} == {"PANDAS Foundation UK"}


def test_a_period_is_closed_once_all_of_its_months_are(year: Books) -> None:
    year.close_all()
    with year.database.reading() as session:
        closed = closed_months(session)
    assert [period.is_closed(closed) for period, _ in asked(year, Kind.QUARTER)] == [False, True, True, True]
