"""How long photographs of artwork are kept: until long after the piece arrived, or until it is asked."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.dedications.vault import Vault
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import Hold, Stage
from shop.orders.lifecycle import lock, record
from shop.orders.models import Order, OrderLine
from shop.orders.states import EventKind, State
from shop.orders.view import OrderView
from shop.uploads import order_photographs, store
from shop.uploads.models import OrderPhotograph

_NEVER_BOUGHT = (State.EXPIRED, State.FAILED)


def forget_old(session: Session, vault: Vault) -> int:
    """Forget what is past the time the privacy page gives; how many photographs. The outlines stay."""
    rows = [*_delivered(session), *_never_bought(session)]
    return order_photographs.forget(session, vault, rows) + store.forget_old(session)


def kept_of(session: Session, order: OrderView) -> frozenset[tuple[int, str]]:
    """The photographs that there are still: the number of the unit, and the upload's id."""
    has_artwork = any(line.has_artwork for line in order.lines)
    return order_photographs.ids_of(session, order.row.id) if has_artwork else frozenset()


def forget_asked(session: Session, vault: Vault, order_id: int, *, actor: str) -> int:
    """Forget an order's photographs now, and write down that it was asked; how many. The outlines stay."""
    order = lock(session, order_id)
    lines = sorted({number for number, _ in order_photographs.ids_of(session, order_id)})
    if lines:
        record(session, order, EventKind.PHOTOGRAPHS_ERASED, actor=actor, lines=lines)
    return order_photographs.forget_photographs(session, vault, order_id)


def _delivered(session: Session) -> list[OrderPhotograph]:
    """Of units with which nothing was done since they arrived, or since their money went back."""
    lately = clock.now() - retention.lasts(retention.PHOTOGRAPH)
    steps = exists().where(UnitStep.order_line_id == Unit.order_line_id)
    return list(
        session.scalars(
            select(OrderPhotograph)
            .join(
                OrderLine,
                (OrderLine.order_id == OrderPhotograph.order_id)
                & (OrderLine.number == OrderPhotograph.line_number),
            )
            .join(Unit, Unit.order_line_id == OrderLine.id)
            .where(
                or_(Unit.stage.in_((Stage.DELIVERED, Stage.REFUNDED)), Unit.held == Hold.CANCELLED),
                steps,
                ~steps.where(UnitStep.at > lately),
            )
        )
    )


def _never_bought(session: Session) -> list[OrderPhotograph]:
    """Of orders that were given up as long ago as a photograph is kept that is in none."""
    return list(
        session.scalars(
            select(OrderPhotograph)
            .join(Order, Order.id == OrderPhotograph.order_id)
            .where(Order.state.in_(_NEVER_BOUGHT), Order.placed_at < clock.now() - store.KEPT_FOR)
        )
    )
