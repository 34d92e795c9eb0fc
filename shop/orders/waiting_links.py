"""Payment links by what became of them: those that somebody may still pay for, and those that are done."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from shop.orders.models import Order
from shop.orders.states import UNPAID
from shop.payment_links.models import PaymentLink

_NOT_PAID: Final = or_(Order.id.is_(None), Order.state.in_(UNPAID))
_UNFINISHED: Final = PaymentLink.withdrawn_at.is_(None) & _NOT_PAID


def unfinished(session: Session) -> Sequence[PaymentLink]:
    """Those that are put together, wait to be paid for, or have run out unpaid; the newest first."""
    return session.scalars(_links(_UNFINISHED)).all()


def count_unfinished(session: Session) -> int:
    """How many of them there are."""
    return session.scalar(_links(_UNFINISHED).with_only_columns(func.count()).order_by(None)) or 0


def finished(session: Session, most: int) -> Sequence[tuple[PaymentLink, str | None]]:
    """The newest of those that were withdrawn, or paid for: then with the order's reference."""
    query = _links(~_UNFINISHED).add_columns(Order.reference, Order.state).limit(most)
    return [
        (row.PaymentLink, None if row.state is None or row.state in UNPAID else row.reference)
        for row in session.execute(query)
    ]


def anything_sealed(session: Session) -> bool:
    """Whether there is any link that is not forgotten."""
    return (
        session.scalars(select(PaymentLink.id).where(PaymentLink.sealed != b"").limit(1)).first() is not None
    )


def to_forget(session: Session) -> Sequence[PaymentLink]:
    """Those that are done, and of which something is sealed still."""
    return session.scalars(_links(~_UNFINISHED, PaymentLink.sealed != b"")).all()


def _links(*which: ColumnElement[bool]) -> Select[PaymentLink]:
    links = select(PaymentLink).outerjoin(Order, Order.id == PaymentLink.order_id)
    return links.where(*which).order_by(PaymentLink.id.desc())
