"""One order's money from end to end: paid, seen at Stripe, paid out, seen at the bank; and its gift."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.bookkeeping.models import Payout, PayoutArrival
from shop.bookkeeping.payout_contents import Move, moves_of
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.transitions import Account, Kind
from shop.orders.models import Order
from shop.payments.models import PaymentEntry
from shop.payments.services import Services


@dataclass(frozen=True)
class GiftMade:
    """One step of an order's gift in the ledger."""

    seq: int
    kind: Kind
    pence: int
    booked_at: datetime


@dataclass(frozen=True)
class PaidOver:
    """The payment to the charity with which a gift was paid over."""

    seq: int
    on: date


@dataclass(frozen=True)
class Trail:
    """All that the books know of an order, without a name."""

    reference: str
    entries: Sequence[PaymentEntry] = ()
    moves: Sequence[Move] = ()
    payouts: Sequence[tuple[Payout, PayoutArrival | None]] = ()
    gifts: Sequence[GiftMade] = field(default_factory=tuple)
    paid_over: PaidOver | None = None
    """With which all of its gifts that stand were paid; None while they are not, or there are none."""


def trail(session: Session, services: Services, reference: str) -> Trail | None:
    """What became of an order's money, or of the gift of a sale outside the shop. None for an unknown one."""
    order_id = session.scalar(select(Order.id).where(Order.reference == reference, services.own))
    gifts = _gifts(session, services, reference)
    if order_id is None:
        return Trail(reference, gifts=gifts, paid_over=_paid_over(session, gifts)) if gifts else None
    entries = select(PaymentEntry).where(PaymentEntry.order_id == order_id).order_by(PaymentEntry.id)
    moves = moves_of(session, order_id)
    return Trail(
        reference,
        session.scalars(entries).all(),
        moves,
        _payouts(session, {move.row.payout_id for move in moves}),
        gifts,
        _paid_over(session, gifts),
    )


def _payouts(session: Session, ids: set[str | None]) -> Sequence[tuple[Payout, PayoutArrival | None]]:
    query = (
        select(Payout, PayoutArrival)
        .outerjoin(
            PayoutArrival, and_(PayoutArrival.payout_id == Payout.id, PayoutArrival.undone_at.is_(None))
        )
        .where(Payout.id.in_([one for one in ids if one]))
        .order_by(Payout.created)
    )
    return [(payout, arrival) for payout, arrival in session.execute(query)]


def _gifts(session: Session, services: Services, reference: str) -> Sequence[GiftMade]:
    rows = session.execute(
        select(LedgerTxn.seq, LedgerTxn.kind, LedgerEntry.amount_pence, LedgerTxn.booked_at)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference == reference, LedgerTxn.book == services.book)
        .where(LedgerEntry.amount_pence > 0)
        .order_by(LedgerTxn.seq)
    )
    return [GiftMade(seq, Kind(kind), pence, at) for seq, kind, pence, at in rows]


def _paid_over(session: Session, gifts: Sequence[GiftMade]) -> PaidOver | None:
    """Which payment covers the last of these gifts that stands: the oldest gifts are paid first."""
    numbers = [gift.seq for gift in gifts if gift.kind is Kind.ACCRUE]
    last = (
        select(LedgerTxn.seq, LedgerTxn.book, Policy.charity_name)
        .join(Policy, Policy.id == LedgerTxn.policy_id)
        .where(LedgerTxn.seq.in_(numbers), _STANDS)
        .order_by(LedgerTxn.seq.desc())
        .limit(1)
    )
    found = session.execute(last).first()
    if found is None:
        return None
    due = session.scalar(
        select(func.sum(LedgerEntry.amount_pence))
        .join(LedgerTxn, LedgerTxn.seq == LedgerEntry.txn_seq)
        .join(Policy, Policy.id == LedgerTxn.policy_id)
        .where(LedgerTxn.book == found.book, Policy.charity_name == found.charity_name)
        .where(LedgerTxn.kind == Kind.ACCRUE, LedgerEntry.account == Account.COST)
        .where(LedgerTxn.seq <= found.seq, _STANDS)
    )
    return _first_payment(session, found.book, found.charity_name, int(due or 0))


_BACK: Final = aliased(LedgerTxn)
_STANDS: Final = ~exists().where(_BACK.reverses_seq == LedgerTxn.seq)
"""Of an accrual: that nothing has taken it back."""


def _first_payment(session: Session, book: str, charity: str, due: int) -> PaidOver | None:
    """The payment with which so much had been paid over, less what was undone."""
    query = (
        select(LedgerTxn.seq, LedgerTxn.event_at, -LedgerEntry.amount_pence)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .join(Policy, Policy.id == LedgerTxn.policy_id)
        .where(LedgerTxn.book == book, Policy.charity_name == charity, LedgerTxn.kind == Kind.REMIT)
        .where(LedgerEntry.account == Account.REMITTED)
        .order_by(LedgerTxn.seq)
    )
    paid, covered = 0, None
    for seq, at, pence in session.execute(query):
        paid += pence
        if paid < due:
            covered = None
        elif covered is None:
            covered = PaidOver(seq, clock.in_britain(at).date())
    return covered
