"""One order's money from end to end: paid, seen at Stripe, paid out, seen at the bank; and its gift."""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from shop.bookkeeping.models import Payout, PayoutArrival
from shop.bookkeeping.payout_contents import Move, moves_of
from shop.frozen import frozen
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.paid_over import PaidOver
from shop.giving.transitions import Kind
from shop.orders.models import Order
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.transparency.gift_entries import gift_entries, paid_over_by


@frozen
class GiftMade:
    """One step of an order's gift in the ledger."""

    seq: int
    kind: Kind
    pence: int
    booked_at: datetime


@frozen
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
    paid_over = paid_over_by(session, gift_entries(session, reference)) if gifts else None
    if order_id is None:
        return Trail(reference, gifts=gifts, paid_over=paid_over) if gifts else None
    entries = select(PaymentEntry).where(PaymentEntry.order_id == order_id).order_by(PaymentEntry.id)
    moves = moves_of(session, order_id)
    return Trail(
        reference,
        session.scalars(entries).all(),
        moves,
        _payouts(session, {move.row.payout_id for move in moves}),
        gifts,
        paid_over,
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
