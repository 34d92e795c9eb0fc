"""The sweep: every few minutes, and at start, whatever a lost message left undone is done."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, not_, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.alerts import AlertKind, raise_alert
from shop.db import database_now
from shop.failures import failures
from shop.orders.lifecycle import EventKind, State, lock, record
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import CheckoutAttempt, RefundRequest
from shop.payments.payment_page import start_payment
from shop.payments.refund_sending import due
from shop.payments.services import Services
from shop.payments.stripe_account import other_account
from shop.payments.sync import StillMoving, sync_order, withdraw
from shop.stock.models import Hold

EVERY: Final = timedelta(minutes=5)
log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(days=1)
STILL_MOVES: Final = timedelta(days=180)
"""How long after an order its money may still move: refunds, and disputes, which banks allow for 120 days."""
UNANSWERED: Final = timedelta(minutes=2)
"""How long a request to Stripe may stay unanswered before it is made again under the same key."""


def sweep(services: Services) -> int:
    """Look at every order something may have been missed for. Give how many were looked at.

    Stock is never released on our own clock: an overdue payment page is closed at Stripe first. With the key
    of another account nothing is looked at: that account knows none of these orders.
    """
    if other_account(services):
        return 0
    _leave_behind(services)
    _each(services, lambda attempt_id: start_payment(services, attempt_id), _unanswered(services), "attempt")
    closed = _each(services, lambda order_id: withdraw(services, order_id), _overdue(services))
    return closed + _each(services, lambda order_id: sync_order(services, order_id), _unfinished(services))


def look_at_all(services: Services, *, placed_within: timedelta | None = None) -> int:
    """Look at every order, or those placed lately, that money may have moved for. Give how many were."""
    if other_account(services):
        return 0
    query = select(Order.id).where(services.own).order_by(Order.id)
    if placed_within is not None:
        query = query.where(Order.placed_at > clock.now() - placed_within)
    with services.database.reading() as session:
        orders = session.scalars(query).all()
    return _each(services, lambda order_id: sync_order(services, order_id), orders)


def _leave_behind(services: Services) -> None:
    """Test orders of keys that are used no more set nothing aside: nobody can be asked about them."""
    with services.database.reading() as session:
        left = session.scalars(
            select(Order.id)
            .join(Hold, Hold.id == Order.hold_id)
            .where(
                Order.state.in_([State.AWAITING, State.PROCESSING]),
                Order.book == "test",
                not_(services.own),
                Hold.expires_at <= database_now(session),
            )
        ).all()
    for order_id in left:
        with services.database.transaction() as session:
            order = lock(session, order_id)
            stock.release(session, order.hold_id)
            order.state = State.EXPIRED
            record(session, order, EventKind.EXPIRED, actor="shop")


def _each(services: Services, do: Callable[[int], object], ids: Iterable[int], what: str = "order") -> int:
    """Do it for every one of them, and give for how many it went well: none may stand in another's way.

    Raises OperationalError when the database does not answer: then it would not for the next one either.
    """
    done = 0
    for found in ids:
        try:
            do(found)
            done += 1
        except (OperationalError, PoolTimeout):
            raise
        except (GatewayDown, StillMoving) as error:
            failures.note(log, "the sweep put something off", error, expected=True)
        except Exception as error:  # noqa: BLE001
            failures.note(log, f"the sweep cannot finish {what} {found}", error)
            with services.database.transaction() as session:
                raise_alert(
                    session, AlertKind.SWEEP_STUCK, _named(session, what, found), type(error).__name__
                )
    return done


def _named(session: Session, what: str, found: int) -> str:
    """The reference of the order that is meant."""
    attempt = session.get(CheckoutAttempt, found) if what == "attempt" else None
    order = session.get(Order, found if attempt is None else attempt.order_id)
    return order.reference if order else f"{what} {found}"


def _unanswered(services: Services) -> Sequence[int]:
    newest = select(func.max(CheckoutAttempt.id)).group_by(CheckoutAttempt.order_id)
    with services.database.reading() as session:
        return session.scalars(
            select(CheckoutAttempt.id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .where(
                CheckoutAttempt.id.in_(newest),
                CheckoutAttempt.stripe_id.is_(None),
                CheckoutAttempt.created_at < clock.now() - UNANSWERED,
                Order.state == State.AWAITING,
                services.own,
            )
        ).all()


def _overdue(services: Services) -> Sequence[int]:
    """Orders past their payment page's time, whether or not anything is set aside for them."""
    with services.database.reading() as session:
        return session.scalars(
            select(Order.id)
            .join(Hold, Hold.id == Order.hold_id)
            .where(
                Order.state == State.AWAITING,
                services.own,
                Hold.expires_at <= database_now(session),
            )
            .order_by(Hold.expires_at, Hold.id)
        ).all()


def _unfinished(services: Services) -> Sequence[int]:
    owed = select(RefundRequest.order_id).where(due(clock.now()))
    with services.database.reading() as session:
        return session.scalars(
            select(Order.id).where(services.own, or_(Order.state == State.PROCESSING, Order.id.in_(owed)))
        ).all()
