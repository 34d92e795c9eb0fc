"""Whether a gift was paid over: what is paid to a charity settles its gifts in the order of their booking.

The rule of `due`, but of the running sums: an order's page must not add up all that was ever given. While a
bank decides about a gift booked before, it may say "not yet" longer than `due` does, and never the other way.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.giving.models import LedgerEntry, LedgerSum, LedgerTxn, Policy
from shop.giving.months import OWED
from shop.giving.transitions import Account, Kind


class Booked(NamedTuple):
    """Where a gift stands in the ledger."""

    book: str
    period: str
    seq: int
    policy_id: int


class PaidOver(NamedTuple):
    """The payment to the charity that settled a gift, and the day on which the money left."""

    seq: int
    on: date


def settled_by(session: Session, gift: Booked) -> PaidOver | None:
    """The payment that settled this gift and all before it; None while some is owed."""
    return _settled_by(session.execute(_payments(gift)))


def _settled_by(payments: Iterable[Any]) -> PaidOver | None:
    paid = 0
    settled: PaidOver | None = None
    for seq, event_at, pence, needed in payments:
        paid += pence
        if paid < needed:
            settled = None  # a payment that was undone takes it back
        elif settled is None:
            settled = PaidOver(seq, clock.in_britain(event_at).date())
    return settled


def _payments(gift: Booked) -> Select[int, datetime, int, int]:
    """The payments to that charity and what was undone, in order; beside each what all must come to."""
    needed = _before_its_month(gift) + _in_its_month(gift) - _taken_back_since(gift)
    return (
        select(LedgerTxn.seq, LedgerTxn.event_at, -LedgerEntry.amount_pence, needed)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(
            LedgerEntry.account == Account.REMITTED.value,
            LedgerTxn.book == gift.book,
            _to_charity(gift),
        )
        .order_by(LedgerEntry.txn_seq)
    )


def _of_charity(gift: Booked) -> Select[int]:
    """Every policy for the charity of this one."""
    own = aliased(Policy)
    return (
        select(Policy.id).join(own, own.charity_name == Policy.charity_name).where(own.id == gift.policy_id)
    )


def _to_charity(gift: Booked) -> ColumnElement[bool]:
    """A row of the same charity. Never found by this: nearly every row of the ledger is."""
    return (LedgerTxn.policy_id + 0).in_(_of_charity(gift))


_OWED: Final = [account.value for account in OWED]


def _before_its_month(gift: Booked) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.sum(-LedgerSum.pence), 0))
        .where(
            LedgerSum.book == gift.book,
            LedgerSum.period < gift.period,
            LedgerSum.account.in_(_OWED),
            LedgerSum.kind != Kind.REMIT.value,
            LedgerSum.policy_id.in_(_of_charity(gift)),
        )
        .scalar_subquery()
    )


def _in_its_month(gift: Booked) -> ColumnElement[int]:
    """From its beginning up to the gift."""
    return _moved(
        gift, LedgerTxn.book == gift.book, LedgerTxn.period == gift.period, LedgerTxn.seq <= gift.seq
    )


def _taken_back_since(gift: Booked) -> ColumnElement[int]:
    """Of the gift and those before it. What a bank held and then took was not owed any more."""
    back = LedgerTxn.reverses_seq <= gift.seq, LedgerTxn.kind == Kind.REVERSE.value
    # They are few, and found by what they took back: by book or by number it would be half the ledger.
    return -_moved(gift, *back, LedgerTxn.book + "" == gift.book, LedgerTxn.seq + 0 > gift.seq)


def _moved(gift: Booked, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """What these rows made owed, in pence; below zero what is owed no more."""
    rows = select(LedgerTxn.seq).where(LedgerTxn.kind != Kind.REMIT.value, _to_charity(gift), *which)
    return (
        select(func.coalesce(func.sum(-LedgerEntry.amount_pence), 0))
        .where(LedgerEntry.txn_seq.in_(rows), LedgerEntry.account.in_(_OWED))
        .scalar_subquery()
    )
