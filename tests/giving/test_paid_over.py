"""Which gifts the money was for that was paid over: the oldest first, and nothing is said twice."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from random import Random

import pytest
from sqlalchemy import select

from shop.giving import due, remittances
from shop.giving.ledger import Standing
from shop.giving.models import LedgerTxn
from shop.giving.paid_over import Booked, settled_by
from shop.transparency.gift_entries import State, gift_entries
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books

GIVEN, BACK, HELD = Standing.ACCRUED, Standing.NONE, Standing.HELD


class Account(Books):
    """Books with a clock, and payments to the charity."""

    def pay(self, pence: int, day: date) -> int:
        with self.database.transaction() as session:
            return remittances.record_remittance(
                session, book="live", policy_id=self.policy, amount_pence=pence, paid_on=day,
                bank_reference="POM", key=f"{day}", actor="finance", more_than_owed=True,
            ).seq  # fmt: skip

    def paid(self, order: str, unit: int = 1) -> date | None:
        with self.database.reading() as session:
            row = session.scalars(
                select(LedgerTxn)
                .where(LedgerTxn.order_reference == order, LedgerTxn.unit == unit, LedgerTxn.kind == "accrue")
                .order_by(LedgerTxn.seq.desc())
            ).first()
            assert row is not None
            assert row.policy_id is not None
            found = settled_by(session, Booked(row.book, row.period, row.seq, row.policy_id))
            return found.on if found else None

    def said_paid(self, orders: Sequence[str]) -> set[int]:
        """The last rows of the gifts that stand and are said to be paid over."""
        with self.database.reading() as session:
            found = [entry for order in orders for entry in gift_entries(session, order)]
            given = [entry.booked for entry in found if entry.state is State.GIVEN]
            return {gift.seq for gift in given if settled_by(session, gift)}

    def settled(self, paid: int) -> set[int]:
        """The same, one by one, as what is due has it."""
        with self.database.reading() as session:
            numbers = set(
                session.scalars(select(LedgerTxn.seq).where(LedgerTxn.order_reference.is_not(None)))
            )
            before = due.positions(session, "live", "PANDAS Foundation UK", numbers)
        return {seq for seq, pence in before.items() if pence + 500 <= paid}


@pytest.fixture
def account(books: Books, monkeypatch: pytest.MonkeyPatch) -> Account:
    """May: two gifts. June: one. Nothing is paid yet."""
    found = Account(books.database, books.policy)
    for month, order in ((5, "PM-A"), (5, "PM-B"), (6, "PM-C")):
        monkeypatch.setattr("shop.clock.now", partial(datetime, 2026, month, 20, tzinfo=UTC))
        found.bring(order, GIVEN)
    monkeypatch.setattr("shop.clock.now", lambda: datetime(2026, 11, 20, tzinfo=UTC))
    return found


@ONE_ENGINE
def test_the_oldest_gifts_are_paid_over_first_each_on_its_day(account: Account) -> None:
    assert account.paid("PM-A") is None
    account.pay(500, date(2026, 6, 3))
    account.pay(700, date(2026, 7, 3))
    account.pay(300, date(2026, 8, 3))
    days = [account.paid(order) for order in ("PM-A", "PM-B", "PM-C")]
    assert days == [date(2026, 6, 3), date(2026, 7, 3), date(2026, 8, 3)]


@ONE_ENGINE
def test_a_payment_written_down_by_mistake_has_paid_for_nothing(account: Account) -> None:
    wrong = account.pay(1000, date(2026, 6, 3))
    assert account.paid("PM-B") == date(2026, 6, 3)
    with account.database.transaction() as session:
        remittances.undo_remittance(session, wrong, reason="typed twice", actor="finance")
    assert account.paid("PM-A") is None
    account.pay(500, date(2026, 6, 9))
    assert (account.paid("PM-A"), account.paid("PM-B")) == (date(2026, 6, 9), None)


def test_what_was_paid_for_a_gift_that_is_taken_back_settles_the_next(account: Account) -> None:
    account.pay(500, date(2026, 6, 3))
    account.bring("PM-A", BACK)
    assert account.paid("PM-B") == date(2026, 6, 3)
    assert account.paid("PM-C") is None


@ONE_ENGINE
def test_what_a_bank_holds_is_not_counted_as_owed_twice_nor_as_paid(account: Account) -> None:
    account.bring("PM-A", HELD)
    account.pay(1000, date(2026, 6, 3))
    assert account.paid("PM-C") is None, "until the dispute is decided, more than enough must have been paid"
    account.bring("PM-D", GIVEN)
    account.pay(500, date(2026, 7, 3))
    assert account.paid("PM-C") == date(2026, 7, 3)
    assert account.paid("PM-D") == date(2026, 7, 3), "what is held is not owed"


@ONE_ENGINE
def test_it_never_says_of_a_gift_what_is_still_due(account: Account) -> None:
    chance, paid = Random(7), 0
    orders = ["PM-A", "PM-B", "PM-C"]
    stand = dict.fromkeys(orders, GIVEN)
    for day in range(1, 25):
        if chance.random() < 0.3:
            orders.append(f"PM-{day}")
            stand[orders[-1]] = GIVEN
            account.bring(orders[-1], GIVEN)
        elif chance.random() < 0.5:
            order = chance.choice(orders)
            stand[order] = chance.choice([GIVEN, HELD] if stand[order] is HELD else [GIVEN, HELD, BACK])
            account.bring(order, stand[order])
        else:
            paid += 500
            account.pay(500, date(2026, 10, day))
        assert account.said_paid(orders) <= account.settled(paid), day


def test_another_book_and_a_later_gift_say_nothing_of_this_one(account: Account) -> None:
    account.bring("PM-T", GIVEN, book="test")
    account.pay(1000, date(2026, 6, 3))
    assert account.paid("PM-T") is None
    account.bring("PM-E", GIVEN)
    assert account.paid("PM-B") == date(2026, 6, 3)
