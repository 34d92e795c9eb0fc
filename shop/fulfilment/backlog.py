"""How much work waits at the bench, and so what can be promised to the next order."""

from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE, Stage
from shop.fulfilment.units import WORKED_ON
from shop.giving.ledger import Book
from shop.orders.models import Order, OrderLine
from shop.planning import schedule
from shop.planning.planner import ENGRAVED, PLAIN, Plan

WAITING: Final = tuple(stage for stage in TO_MAKE if stage is not Stage.PACKED)
"""Stages of a unit that is still to be worked on; what is packed waits for the post alone."""

QUARTERS: Final = case((OrderLine.engraved, ENGRAVED), else_=PLAIN)
"""What a unit takes; see planner.ENGRAVED."""


def plan(session: Session, book: Book) -> Plan:
    """What the bench has before it, and the owner's days."""
    return Plan(schedule.current(session), _work_ahead(session, book))


def _work_ahead(session: Session, book: Book) -> int:
    waiting = (
        select(func.coalesce(func.sum(QUARTERS), 0))
        .select_from(Unit)
        .join(OrderLine, OrderLine.id == Unit.order_line_id)
        .join(Order, Order.id == Unit.order_id)
        .where(Unit.stage.in_(WAITING), Order.state.in_(WORKED_ON), Order.book == book)
    )
    return int(session.execute(waiting).scalar_one())
