"""The sweep: every few minutes, and at start, whatever a lost message left undone is done."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import exists, literal, not_, select, tuple_, union
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, aliased

from shop import clock, stock
from shop.alerts import AlertKind, raise_alert
from shop.failures import failures
from shop.orders.lifecycle import EventKind, State, lock, record
from shop.orders.models import Order
from shop.orm import UtcDateTime
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import CheckoutAttempt, Page, RefundRequest, Supplement
from shop.payments.payment_page import start_payment
from shop.payments.refund_sending import due
from shop.payments.services import Services
from shop.payments.stripe_account import other_account
from shop.payments.supplement_page import bring_on, leave_behind, waiting
from shop.payments.sync import StillMoving, sync_order, withdraw
from shop.sql import database_now
from shop.stock.models import Hold

EVERY: Final = timedelta(minutes=5)
log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(days=1)
STILL_MOVES: Final = timedelta(days=180)
"""How long after an order its money may still move: refunds, and disputes, which banks allow for 120 days."""
UNANSWERED: Final = timedelta(minutes=2)
"""How long a request to Stripe may stay unanswered before it is made again under the same key."""


AT_A_TIME: Final = 20
"""Orders looked at in one batch of a round."""


class Looked(NamedTuple):
    """What came of a round: for how many it went well, and how many could not be looked at just now."""

    done: int = 0
    missed: int = 0


def sweep(services: Services) -> Looked:
    """Look at every order something may have been missed for. A request made again counts if it is missed.

    Stock is never released on our own clock: an overdue payment page is closed at Stripe first. With the key
    of another account nothing is looked at: that account knows none of these orders.
    """
    if other_account(services):
        return Looked()
    _leave_behind(services)
    leave_behind(services)
    asked = _each(
        services, lambda attempt: start_payment(services, attempt), _unanswered(services), "attempt"
    )
    closed = _each(services, lambda order_id: withdraw(services, order_id), _overdue(services))
    supplements = _each(services, lambda found: bring_on(services, found), waiting(services), "supplement")
    looked = _each(services, lambda order_id: sync_order(services, order_id), _unfinished(services))
    missed = asked.missed + closed.missed + supplements.missed + looked.missed
    return Looked(closed.done + supplements.done + looked.done, missed)


class Place(NamedTuple):
    """How far a round over all orders has come: the last one that was looked at."""

    placed_at: datetime
    order_id: int


def look_at_all(services: Services, *, placed_within: timedelta | None = None) -> Looked:
    """Look at every order, or those placed lately, that money may have moved for."""
    if other_account(services):
        return Looked()
    done = missed = 0
    after = None
    while True:
        looked, after = look_at_next(services, after, placed_within)
        done, missed = done + looked.done, missed + looked.missed
        if after is None:
            return Looked(done, missed)


def look_at_next(
    services: Services, after: Place | None, placed_within: timedelta | None = None
) -> tuple[Looked, Place | None]:
    """Look at the next few orders. Give what came of it, and the last of them; None when all were."""
    places = _next(services, after, placed_within)
    return _look(services, places), places[-1] if len(places) == AT_A_TIME else None


def look_at_some(services: Services, after: Place | None, *, placed_within: timedelta) -> Place | None:
    """Look at a few of the orders placed lately, from the oldest on. Give the last; None when all were."""
    if after is None and other_account(services):
        return None
    return look_at_next(services, after, placed_within)[1]


def _look(services: Services, places: Sequence[Place]) -> Looked:
    return _each(
        services, lambda order_id: sync_order(services, order_id), [place.order_id for place in places]
    )


def _next(services: Services, after: Place | None, placed_within: timedelta | None) -> Sequence[Place]:
    query = select(Order.placed_at, Order.id).where(services.own).order_by(Order.placed_at, Order.id)
    if placed_within is not None:
        query = query.where(Order.placed_at > clock.now() - placed_within)
    if after is not None:
        query = query.where(
            tuple_(Order.placed_at, Order.id) > tuple_(literal(after.placed_at, UtcDateTime), after.order_id)
        )
    with services.database.reading() as session:
        return [Place(*row) for row in session.execute(query.limit(AT_A_TIME))]


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


def _each(services: Services, do: Callable[[int], object], ids: Iterable[int], what: str = "order") -> Looked:
    """Do it for every one of them: none may stand in another's way.

    Raises OperationalError when the database does not answer: then it would not for the next one either.
    """
    done = missed = 0
    for found in ids:
        try:
            do(found)
            done += 1
            continue
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
        missed += 1
    return Looked(done, missed)


def _named(session: Session, what: str, found: int) -> str:
    """The reference of the order that is meant."""
    page: Page | None = None
    if what == "attempt":
        page = session.get(CheckoutAttempt, found)
    elif what == "supplement":
        page = session.get(Supplement, found)
    order = session.get(Order, found if page is None else page.order_id)
    return order.reference if order else f"{what} {found}"


def _unanswered(services: Services) -> Sequence[int]:
    newer = aliased(CheckoutAttempt)
    answered = exists().where(newer.order_id == CheckoutAttempt.order_id, newer.id > CheckoutAttempt.id)
    with services.database.reading() as session:
        return session.scalars(
            select(CheckoutAttempt.id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .where(
                CheckoutAttempt.stripe_id.is_(None),
                CheckoutAttempt.created_at < clock.now() - UNANSWERED,
                Order.state == State.AWAITING,
                services.own,
                ~answered,
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
    """Two searches, each by its own index: one with an OR would read every order."""
    paying = select(Order.id).where(services.own, Order.state == State.PROCESSING)
    owed = (
        select(Order.id)
        .join(RefundRequest, RefundRequest.order_id == Order.id)
        .where(services.own, due(clock.now()))
    )
    with services.database.reading() as session:
        return session.scalars(union(paying, owed)).all()
