"""What became of the gifts of one order, step by step, for whoever looks at the order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import Kind


@frozen
class GiftStep:
    """One transaction of the ledger about one unit."""

    kind: Kind
    unit: int
    """The number of the order's line; 0 for a gift of the order as a whole."""
    amount_pence: int
    event_at: datetime
    booked_at: datetime
    actor: str


def gift_steps(session: Session, order_reference: str) -> Sequence[GiftStep]:
    """Every step of an order's gifts, in the order of the ledger."""
    rows = session.execute(
        select(
            LedgerTxn.kind,
            LedgerTxn.unit,
            LedgerEntry.amount_pence,
            LedgerTxn.event_at,
            LedgerTxn.booked_at,
            LedgerTxn.actor,
        )
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference == order_reference, LedgerEntry.amount_pence > 0)
        .order_by(LedgerTxn.seq)
    )
    return [
        GiftStep(Kind(kind), unit or 0, pence, event_at, booked_at, actor)
        for kind, unit, pence, event_at, booked_at, actor in rows
    ]
