"""That a unit has arrived: its buyer says so, or, when nothing is heard for long, it is taken as arrived."""

from datetime import timedelta
from typing import Final

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from shop import clock
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import Action, Seen, Stage
from shop.fulfilment.units import SHOP, WORKED_ON, act, units_of
from shop.orders.models import Order, OrderLine

ASSUMED_AFTER: Final = timedelta(days=14)
"""From being posted: long after every service we use, so that no right that counts from it ends early."""

AT_A_TIME: Final = 50
BUYER: Final = "buyer"


def under_way(session: Session, order: Order) -> list[int]:
    """The numbers of the units that were posted and have not arrived, as far as we know."""
    if order.state not in WORKED_ON:
        return []
    return sorted(n for n, unit in units_of(session, order.id).items() if unit.stage == Stage.POSTED)


def arrived(session: Session, order: Order) -> int:
    """The buyer says that everything that was posted is there. Give how many units that was."""
    numbers = under_way(session, order)
    for number in numbers:
        act(session, order.id, number, Action.DELIVER, actor=BUYER)
    return len(numbers)


def assume(session: Session) -> int:
    """Take units as delivered that were posted long ago, some at a time. Give how many."""
    rows = session.execute(_unheard_of()).all()
    for order_id, number in rows:
        act(session, order_id, number, Action.DELIVER, actor=SHOP, reason=Seen.ASSUMED)
    return len(rows)


def any_to_assume(session: Session) -> bool:
    """Whether there is one: to be asked before a write lock is taken for it."""
    return session.execute(_unheard_of().limit(1)).first() is not None


def _unheard_of() -> Select[int, int]:
    posted = select(UnitStep.id).where(
        UnitStep.order_line_id == Unit.order_line_id, UnitStep.action == Action.POST
    )
    lately = posted.where(UnitStep.at > clock.now() - ASSUMED_AFTER)
    return (
        select(OrderLine.order_id, OrderLine.number)
        .join(Unit, Unit.order_line_id == OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Unit.stage == Stage.POSTED,
            Unit.held.is_(None),
            Order.state.in_(WORKED_ON),
            exists(posted),
            ~exists(lately),
        )
        .order_by(OrderLine.order_id, OrderLine.number)
        .limit(AT_A_TIME)
    )
