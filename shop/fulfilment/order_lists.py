"""Lists of orders, a page at a time: each begins where the one before ended, however many there are."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE, Stage
from shop.giving.ledger import Book
from shop.orders.models import Order, OrderLine
from shop.orders.states import UNPAID, State
from shop.orm import UtcDateTime
from shop.payment_links.models import PaymentLink, Via

FEW: Final = 2000
"""Up to so many units of a stage their orders are found from them; of more, the orders are gone through."""


@frozen
class OrderFilter:
    """Which orders are wanted; what is None does not matter."""

    state: State | None = None
    unpaid: bool = False
    """Also those that no money reached us for; a state says so by itself."""
    stage: Stage | None = None
    """With a unit that stands there."""
    on_hold: bool = False
    """With a unit that rests."""
    words: bool | None = None
    """With a unit to be engraved, or without any."""
    gift: bool | None = None
    """Sent to somebody else, or not."""
    via: Via | None = None
    """Put together by the owner, for somebody who asked in this way."""
    book: Book | None = None
    first: date | None = None
    last: date | None = None
    """Placed on these days, by Britain's clocks."""


def listed(session: Session, wanted: OrderFilter, *, before: str = "", most: int) -> Sequence[Order]:
    """The newest such orders, or those placed before the one of this reference."""
    query = select(Order).where(*_conditions(session, wanted))
    if before:
        place = session.execute(
            select(Order.placed_at, Order.id).where(Order.reference == before)
        ).one_or_none()
        if place is None:
            return []
        after = tuple_(literal(place.placed_at, UtcDateTime), place.id)
        query = query.where(tuple_(Order.placed_at, Order.id) < after)
    return session.scalars(query.order_by(Order.placed_at.desc(), Order.id.desc()).limit(most)).all()


def _conditions(session: Session, wanted: OrderFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state is not None:
        yield Order.state == wanted.state
    elif not wanted.unpaid:
        yield Order.state.not_in(UNPAID)
    if wanted.gift is not None:
        yield Order.is_gift.is_(wanted.gift)
    if wanted.via is not None:
        yield Order.id.in_(select(PaymentLink.order_id).where(PaymentLink.via == wanted.via))
    if wanted.book is not None:
        yield Order.book == wanted.book
    if wanted.first is not None:
        yield Order.placed_at >= clock.begins(wanted.first)
    if wanted.last is not None:
        yield Order.placed_at < clock.begins(wanted.last + timedelta(days=1))
    yield from _of_units(session, wanted)


def _of_units(session: Session, wanted: OrderFilter) -> Iterator[ColumnElement[bool]]:
    units = select(Unit.order_id)
    if wanted.on_hold:
        yield Order.id.in_(units.where(Unit.stage.in_(TO_MAKE), Unit.held.is_not(None)))
    if wanted.stage is not None and _are_few(session, wanted.stage):
        yield Order.id.in_(units.where(Unit.stage == wanted.stage))
    elif wanted.stage is not None:
        yield exists().where(Unit.order_id == Order.id, Unit.stage == wanted.stage)
    if wanted.words is not None:
        with_words = exists().where(OrderLine.order_id == Order.id, OrderLine.engraved.is_(True))
        yield with_words if wanted.words else ~with_words


def _are_few(session: Session, stage: Stage) -> bool:
    some = select(Unit.order_line_id).where(Unit.stage == stage).limit(FEW + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW
