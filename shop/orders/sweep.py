"""The sweep: every few minutes, and at start, whatever a lost message left undone is done."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select

from shop import clock, stock
from shop.orders.converge import Services, StillMoving, converge, start_payment, withdraw
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments.gateway import GatewayDown
from shop.payments.models import CheckoutAttempt, RefundRequest

EVERY: Final = timedelta(minutes=5)
UNANSWERED: Final = timedelta(minutes=2)
"""How long a request to Stripe may stay unanswered before it is made again under the same key."""


def sweep(services: Services) -> int:
    """Look at every order something may have been missed for. Give how many were looked at.

    Stock is never released on our own clock: an overdue payment page is closed at Stripe first.
    """
    for attempt_id in _unanswered(services):
        with suppress(GatewayDown):
            start_payment(services, attempt_id)
    overdue = _overdue(services)
    for order_id in overdue:
        with suppress(GatewayDown, StillMoving):
            withdraw(services, order_id)
    return len(overdue) + _look_at(services, _unfinished(services))


def look_at_all(services: Services) -> int:
    """Look at every order that money may have moved for. Give how many were looked at."""
    with services.database.reading() as session:
        orders = session.scalars(select(Order.id).where(Order.mode == services.mode).order_by(Order.id)).all()
    return _look_at(services, orders)


def _look_at(services: Services, order_ids: Iterable[int]) -> int:
    looked = 0
    for order_id in order_ids:
        with suppress(GatewayDown, StillMoving):
            converge(services, order_id)
            looked += 1
    return looked


def _unanswered(services: Services) -> Sequence[int]:
    with services.database.reading() as session:
        return session.scalars(
            select(CheckoutAttempt.id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .where(
                CheckoutAttempt.stripe_id.is_(None),
                CheckoutAttempt.created_at < clock.now() - UNANSWERED,
                Order.state == State.AWAITING,
                Order.mode == services.mode,
            )
        ).all()


def _overdue(services: Services) -> Sequence[int]:
    with services.database.reading() as session:
        late = stock.overdue(session)
        return session.scalars(
            select(Order.id).where(
                Order.hold_id.in_(late), Order.state == State.AWAITING, Order.mode == services.mode
            )
        ).all()


def _unfinished(services: Services) -> Sequence[int]:
    owed = select(RefundRequest.order_id).where(
        RefundRequest.stripe_id.is_(None), RefundRequest.refused.is_(None)
    )
    with services.database.reading() as session:
        return session.scalars(
            select(Order.id).where(
                Order.mode == services.mode, or_(Order.state == State.PROCESSING, Order.id.in_(owed))
            )
        ).all()
