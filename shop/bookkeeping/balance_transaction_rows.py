"""Writing Stripe's rows down: each once, in the month that is open for it, and which order it is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.models import (
    ABOUT,
    About,
    BalanceTransaction,
    BalanceTransactionReading,
    MonthSum,
    Payout,
)
from shop.giving.booking_days import next_month
from shop.giving.models import LedgerPeriod
from shop.orders.models import Order
from shop.orm import table_of
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.payments.stripe_snapshot import MoveSeen, PayoutSeen
from shop.sql import dialect_insert

PAYOUTS: Final = frozenset({"payout", "payout_reversal"})
"""Reporting categories of money on its way between Stripe and our bank; their source is the payout."""

AT_A_TIME: Final = 1000
_LATER: Final = ("status", "available_on")
_MOVED: Final = (
    "amount", "arrives_on", "status", "balance_transaction", "failure_code", "failure_balance_transaction",
    "reconciliation_status", "trace", "read_at",
)  # fmt: skip


def open_from(session: Session, reading: BalanceTransactionReading) -> str:
    """The first month of the books that a row of Stripe's may still be put in.

    A row stands in the month in which it was made, by Britain's calendar. But a month is complete once a
    reading that began after it was finished, or when somebody has closed it: what becomes known
    later stands in the first month that is open then, and its `created` says which day it is about.
    """
    whole = clock.month(reading.whole_until) if reading.whole_until else ""
    closed = session.scalar(select(func.max(LedgerPeriod.name)).where(LedgerPeriod.closed_at.is_not(None)))
    return max(whole, next_month(closed) if closed else "")


def keep_moves(
    session: Session,
    reading: BalanceTransactionReading,
    moves: Sequence[MoveSeen],
    payout_id: str | None = None,
) -> None:
    """Write balance transactions down; `payout_id` is of the payout that they are in."""
    if not moves:
        return
    first_open, whose = open_from(session, reading), {"mode": reading.mode, "book": reading.book}
    rows = [whose | _move_row(move, first_open, payout_id) for move in moves]
    _forget_sums(session, rows)
    statement = dialect_insert(session, BalanceTransaction)
    later: dict[str, Any] = {name: statement.excluded[name] for name in _LATER}
    later["payout_id"] = func.coalesce(table_of(BalanceTransaction).c.payout_id, statement.excluded.payout_id)
    kept = statement.on_conflict_do_update(index_elements=["id"], set_=later)
    session.connection().execute(kept, rows)
    match(session, [move.id for move in moves])


def _forget_sums(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """What was kept of the months that these rows are new in: see `accounting.money_months`."""
    known = set(
        session.scalars(
            select(BalanceTransaction.id).where(BalanceTransaction.id.in_([row["id"] for row in rows]))
        )
    )
    for mode, book, period in {
        (row["mode"], row["book"], row["period"]) for row in rows if row["id"] not in known
    }:
        of_month = MonthSum.mode == mode, MonthSum.book == book, MonthSum.period == period
        session.execute(delete(MonthSum).where(*of_month))


def keep_payouts(session: Session, reading: BalanceTransactionReading, payouts: Sequence[PayoutSeen]) -> None:
    """Write payouts down as they are now."""
    if payouts:
        statement = dialect_insert(session, Payout)
        kept = statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in _MOVED}
        )
        session.connection().execute(kept, [_payout_row(payout, reading) for payout in payouts])


def match(session: Session, ids: Iterable[str] | None = None) -> int:
    """Write down which order each row is about that has none yet: these, or some of all. Give how many."""
    query = _UNMATCHED if ids is None else _UNMATCHED.where(BalanceTransaction.id.in_(ids))
    found = [{"of": row, "order": order, "said": _about(kind)} for row, order, kind in session.execute(query)]
    if found:
        session.connection().execute(_MATCHED, found)
    return len(found)


_UNMATCHED: Final = (
    select(BalanceTransaction.id, PaymentEntry.order_id, func.min(PaymentEntry.kind))
    .join(PaymentEntry, PaymentEntry.stripe_id == BalanceTransaction.source)
    .join(Order, Order.id == PaymentEntry.order_id)
    .where(BalanceTransaction.order_id.is_(None))
    .where(Order.mode == BalanceTransaction.mode, Order.book == BalanceTransaction.book)
    .group_by(BalanceTransaction.id, PaymentEntry.order_id)
    .limit(AT_A_TIME)
)
_MATCHED: Final = (
    update(table_of(BalanceTransaction))
    .where(table_of(BalanceTransaction).c.id == bindparam("of"))
    .values(order_id=bindparam("order"), about=bindparam("said"))
)


def _about(kind: str) -> About:
    known = EntryKind(kind)
    return ABOUT.get(known) or About(known.value)


def _move_row(move: MoveSeen, first_open: str, payout_id: str | None) -> dict[str, Any]:
    return asdict(move) | {
        "payout_id": move.source if move.reporting_category in PAYOUTS else payout_id,
        "period": max(first_open, clock.month(move.created)),
        "read_at": clock.now(),
    }


def _payout_row(payout: PayoutSeen, reading: BalanceTransactionReading) -> dict[str, Any]:
    row = asdict(payout)
    arrives: datetime = row.pop("arrives")
    return row | {
        "mode": reading.mode,
        "book": reading.book,
        "arrives_on": arrives.date(),
        "read_at": clock.now(),
    }


def kept_of(session: Session, order_id: int) -> list[dict[str, Any]]:
    """What Stripe has of an order's money, for its export: amounts in pence, signed."""
    rows = session.scalars(
        select(BalanceTransaction)
        .where(BalanceTransaction.order_id == order_id)
        .order_by(BalanceTransaction.created, BalanceTransaction.id)
    )
    return [
        {
            "at": row.created.isoformat(),
            "what": row.reporting_category,
            "stripe_id": row.source,
            "amount_pence": row.amount,
            "fee_pence": row.fee,
            "payout": row.payout_id,
        }
        for row in rows
    ]
