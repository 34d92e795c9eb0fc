"""Lists of orders, a page at a time: each begins where the one before ended, however many there are."""

from collections.abc import Sequence

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from shop.orders.models import Order
from shop.orders.states import UNPAID
from shop.orm import UtcDateTime


def listed(session: Session, *, unpaid: bool, before: str = "", most: int) -> Sequence[Order]:
    """The newest orders, or those placed before the one of this reference; the unpaid only when asked for."""
    query = select(Order).order_by(Order.placed_at.desc(), Order.id.desc()).limit(most)
    if not unpaid:
        query = query.where(Order.state.not_in(UNPAID))
    if before:
        place = session.execute(
            select(Order.placed_at, Order.id).where(Order.reference == before)
        ).one_or_none()
        if place is None:
            return []
        after = tuple_(literal(place.placed_at, UtcDateTime), place.id)
        query = query.where(tuple_(Order.placed_at, Order.id) < after)
    return session.scalars(query).all()
