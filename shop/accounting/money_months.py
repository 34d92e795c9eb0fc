"""The books month by month: derived from what orders, Stripe, the bank and the ledger of gifts have as rows.

A month is complete once Stripe was read after its end: nothing is booked in it any more. The sums of a month
that is over are kept, so that a page of many months adds up only the last; a row of Stripe's that comes into
one that is not complete yet takes them away (`balance_transaction_rows.keep_moves`). Nobody posts here: see
`journal`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import timedelta
from itertools import chain, groupby
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounting.set_aside import set_aside_entries
from shop.bookkeeping.chart_of_accounts import CHART, OF_GIFTS, JournalEntry, MoneyAccount
from shop.bookkeeping.gift_journal import gift_entries
from shop.bookkeeping.models import BalanceTransaction, BalanceTransactionReading, MonthSum
from shop.bookkeeping.month_bounds import Bounds, one_month
from shop.bookkeeping.order_journal import order_entries
from shop.bookkeeping.payout_arrivals import arrival_entries
from shop.bookkeeping.stripe_journal import stripe_entries
from shop.frozen import frozen
from shop.giving import transitions
from shop.giving.booking_days import next_month
from shop.giving.models import LedgerSum, LedgerTxn
from shop.orders.models import Order
from shop.orm import table_of
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.sql import dialect_insert

NOTHING: Final[Mapping[MoneyAccount, int]] = dict.fromkeys(MoneyAccount, 0)


@frozen
class MonthBooks:
    """A month's accounts, in signed pence."""

    name: str
    """As in '2026-11'."""
    opening: Mapping[MoneyAccount, int] = field(default_factory=lambda: NOTHING)
    plus: Mapping[MoneyAccount, int] = field(default_factory=lambda: NOTHING)
    minus: Mapping[MoneyAccount, int] = field(default_factory=lambda: NOTHING)
    """What is below zero."""
    complete: bool = False

    def change(self, *accounts: MoneyAccount) -> int:
        """What the month added to these accounts together."""
        return sum(self.plus[account] + self.minus[account] for account in accounts)

    @property
    def closing(self) -> Mapping[MoneyAccount, int]:
        """How the accounts stand at its end."""
        return {account: self.opening[account] + self.change(account) for account in MoneyAccount}


MONEY: Final = (order_entries, stripe_entries, arrival_entries, set_aside_entries)
"""What makes up the books beside gifts."""
ENDED: Final = timedelta(hours=1)
"""How long ago a month must have ended for its sums to be kept: what was booked in it has been committed."""

Sides = tuple[Mapping[MoneyAccount, int], Mapping[MoneyAccount, int]]
"""What came to each account, and what left it."""


def journal(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """Everything that was booked in these months, each once."""
    return chain.from_iterable(source(session, services, bounds) for source in (*MONEY, gift_entries))


def months(session: Session, services: Services) -> Sequence[MonthBooks]:
    """Every month from the first with anything booked to this one, oldest first."""
    found: list[MonthBooks] = []
    opening, kept, whole = NOTHING, _kept(session, services), complete_before(session, services)
    for name in _names(session, services):
        plus, minus = kept.get(name) or _sides(session, services, name)
        found.append(MonthBooks(name, opening, plus, minus, complete=name < whole))
        opening = found[-1].closing
    return found


def booked_month(
    session: Session, services: Services, name: str
) -> tuple[MonthBooks, Sequence[JournalEntry]] | None:
    """A month's accounts, and everything that was booked in it, by day. None for one that is not in them."""
    found = next((month for month in months(session, services) if month.name == name), None)
    if found is None:
        return None
    return found, sorted(journal(session, services, one_month(name)), key=lambda one: (one.day, one.key))


def added(entries: Iterable[JournalEntry]) -> Sides:
    """What these entries come to, account by account."""
    plus, minus = dict(NOTHING), dict(NOTHING)
    for entry in entries:
        for account, pence in entry.lines:
            (plus if pence > 0 else minus)[account] += pence
    return plus, minus


def _sides(session: Session, services: Services, name: str) -> Sides:
    """What a month comes to: gifts by the ledger's own running sums, all else added up."""
    bounds = one_month(name)
    plus, minus = map(dict, added(chain.from_iterable(one(session, services, bounds) for one in MONEY)))
    gifts = select(LedgerSum.account, func.sum(LedgerSum.pence)).where(
        LedgerSum.book == services.book, LedgerSum.period == name
    )
    for ledger_account, pence in session.execute(gifts.group_by(LedgerSum.kind, LedgerSum.account)):
        account = OF_GIFTS[transitions.Account(ledger_account)]
        (plus if pence > 0 else minus)[account] += int(pence)
    return plus, minus


def complete_before(session: Session, services: Services) -> str:
    """The month that is not complete yet, as in '2026-11'; all before it are."""
    reading = session.get(BalanceTransactionReading, (services.mode, services.book))
    whole = reading.whole_until if reading else None
    return min(clock.month(whole), clock.month(clock.now())) if whole else ""


def keep_months(services: Services) -> int:
    """Keep the sums of the months that are over. Give of how many."""
    with services.database.reading() as session:
        kept, over = _kept(session, services), _over()
        names = [name for name in _names(session, services) if name < over and name not in kept]
    return sum(_keep(services, name) for name in names)


def any_to_keep(session: Session, services: Services) -> bool:
    """Whether the last month that is over is not kept yet."""
    sums = table_of(MonthSum).c
    last = session.scalar(
        select(func.max(sums.period)).where(sums.mode == services.mode, sums.book == services.book)
    )
    return next_month(last) < _over() if last else any(name < _over() for name in _names(session, services))


def _over() -> str:
    """The month before which all are over."""
    return clock.month(clock.now() - ENDED)


def check(session: Session, services: Services) -> Iterator[str]:
    """A sentence for each month whose kept sums are not what its journal comes to."""
    for name, kept in sorted(_kept(session, services).items()):
        found = _sides(session, services, name)
        for account in MoneyAccount:
            if any(one[account] != other[account] for one, other in zip(kept, found, strict=True)):
                yield f"{name}: {CHART[account].name} is not what was kept of the month."


def _keep(services: Services, name: str) -> bool:
    """Keep a month, unless Stripe's rows came in while it was added up: then somebody else does."""
    with services.database.reading() as session:
        seen = _rows_in(session, services, name)
        plus, minus = _sides(session, services, name)
    whose = {"mode": services.mode, "book": services.book, "period": name, "kept_at": clock.now()}
    rows = [
        {**whose, "account": account, "plus_pence": plus[account], "minus_pence": minus[account]}
        for account in MoneyAccount
    ]
    with services.database.transaction() as session:
        session.get(BalanceTransactionReading, (services.mode, services.book), with_for_update=True)
        if unchanged := _rows_in(session, services, name) == seen:
            session.connection().execute(dialect_insert(session, MonthSum).on_conflict_do_nothing(), rows)
    return unchanged


def _rows_in(session: Session, services: Services, name: str) -> int:
    """How many rows of Stripe's are in a month; whoever adds some holds the reading's row."""
    of_month = select(func.count()).where(
        BalanceTransaction.mode == services.mode,
        BalanceTransaction.book == services.book,
        BalanceTransaction.period == name,
    )
    return session.scalar(of_month) or 0


def _kept(session: Session, services: Services) -> Mapping[str, Sides]:
    sums = table_of(MonthSum).c
    rows = session.execute(
        select(sums.period, sums.account, sums.plus_pence, sums.minus_pence)
        .where(sums.mode == services.mode, sums.book == services.book)
        .order_by(sums.period)
    )
    found: dict[str, Sides] = {}
    for period, of_month in groupby(rows, key=lambda row: row.period):
        sides = [(MoneyAccount(account), plus, minus) for _, account, plus, minus in of_month]
        found[period] = (
            {**NOTHING, **{account: plus for account, plus, _ in sides}},
            {**NOTHING, **{account: minus for account, _, minus in sides}},
        )
    return found


def _names(session: Session, services: Services) -> Iterator[str]:
    """Every month from the first with anything in it to this one."""
    name, now = _first(session, services), clock.month(clock.now())
    while name and name <= now:
        yield name
        name = next_month(name)


def _first(session: Session, services: Services) -> str:
    """The first month with anything in it; none: ''."""
    entry = session.scalar(
        select(PaymentEntry.booked_at)
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own)
        .order_by(PaymentEntry.booked_at)
        .limit(1)
    )
    row = select(func.min(BalanceTransaction.period)).where(
        BalanceTransaction.mode == services.mode, BalanceTransaction.book == services.book
    )
    gift = select(func.min(LedgerTxn.period)).where(LedgerTxn.book == services.book)
    found = [clock.month(entry) if entry else None, session.scalar(row), session.scalar(gift)]
    return min((name for name in found if name), default="")
