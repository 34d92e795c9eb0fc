"""What follows when somebody suspects fraud: units that are not posted rest, and the owner is told.

A review that is approved takes them off hold by itself. Of anything else a person decides.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.fulfilment import rests
from shop.fulfilment.stages import Hold
from shop.orders.models import Order
from shop.payments.models import Suspicion
from shop.payments.stripe_snapshot import SuspicionSeen

STRIPE: Final = "stripe"
APPROVED: Final = "approved"

ALERTS: Final = {"warning": AlertKind.FRAUD_WARNING, "review": AlertKind.PAYMENT_REVIEWED}


def open_reviews(session: Session, order_id: int) -> Sequence[str]:
    """The reviews of an order that were open when they were last seen."""
    return session.scalars(
        select(Suspicion.stripe_id).where(
            Suspicion.order_id == order_id, Suspicion.kind == "review", Suspicion.closed_at.is_(None)
        )
    ).all()


def heed(session: Session, order: Order, seen: Sequence[SuspicionSeen]) -> None:
    """Act on what was seen and is new: hold, or let go. The order must be locked, its units at the bench."""
    known = {row.stripe_id: row for row in session.scalars(_of(order))} if seen else {}
    for found in sorted(seen, key=lambda one: (one.created, one.id)):
        row = known.get(found.id)
        if row is None:
            session.add(_row(order, found))
            session.flush()
            if found.open:
                rests.hold_all(session, order.id, Hold.PAYMENT, actor=STRIPE)
                raise_alert(session, ALERTS[found.kind], order.reference, found.reason.replace("_", " "))
        elif row.closed_at is None and not found.open:
            row.closed_at, row.closed_as = clock.now(), found.reason
            session.flush()
            _let_go(session, order, row)


def _let_go(session: Session, order: Order, row: Suspicion) -> None:
    others = session.scalars(_of(order).where(Suspicion.closed_at.is_(None))).all()
    if not any(other.kind == row.kind for other in others):
        withdraw_alert(session, ALERTS[row.kind], order.reference)
    if row.closed_as == APPROVED and not others:
        rests.resume_all(session, order.id, Hold.PAYMENT, actor=STRIPE)


def _of(order: Order) -> Select[Suspicion]:
    return select(Suspicion).where(Suspicion.order_id == order.id)


def _row(order: Order, found: SuspicionSeen) -> Suspicion:
    closed = None if found.open else clock.now()
    return Suspicion(
        stripe_id=found.id,
        order_id=order.id,
        kind=found.kind,
        reason=found.reason,
        raised_at=found.created,
        closed_at=closed,
        closed_as=found.reason if closed else None,
    )
