"""How many dedications wait to be read, without opening any."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.dedications.models import WallEntry
from shop.orders.models import Order
from shop.orders.wall import DECIDED_WHILE, WallState


def words_to_read(session: Session) -> int:
    """How many of those that `wall.waiting` gives."""
    joined = select(func.count()).select_from(WallEntry).join(Order, Order.id == WallEntry.order_id)
    waits = WallEntry.state == WallState.WAITING, Order.state.in_(DECIDED_WHILE)
    return session.scalar(joined.where(*waits)) or 0
