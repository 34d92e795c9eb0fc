"""What each event leads to. A new kind of event is one function and one line in HANDLERS."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.orders.converge import Services, converge
from shop.orders.models import Order
from shop.payments.models import CheckoutAttempt, PaymentEntry
from shop.payments.seen import EventSeen
from shop.webhooks import inbox

Handler = Callable[[Services, EventSeen], None]


def look_at_order(services: Services, event: EventSeen) -> None:
    """Converge the order that the event is about; an event about nobody's order is only kept.

    Raises GatewayDown or StillMoving: then nothing was kept and Stripe must send it again.
    """
    with services.database.reading() as session:
        if inbox.seen(session, event.id):
            return
        order_id = _order_of(session, event)
    if order_id is None:
        keep_only(services, event)
        return
    found = order_id
    converge(
        services,
        found,
        witness=lambda session: inbox.keep(session, event, found),
        session_id=event.session_id,
    )


def keep_only(services: Services, event: EventSeen) -> None:
    """Keep the event for the record."""
    with services.database.transaction() as session:
        inbox.keep(session, event, None)


def ignore(_services: Services, _event: EventSeen) -> None:
    """Events of kinds that mean nothing to us are answered and forgotten."""


HANDLERS: Final[Mapping[str, Handler]] = {
    "checkout.session.completed": look_at_order,
    "checkout.session.async_payment_succeeded": look_at_order,
    "checkout.session.async_payment_failed": look_at_order,
    "checkout.session.expired": look_at_order,
    "payment_intent.succeeded": look_at_order,
    "payment_intent.payment_failed": look_at_order,
    "payment_intent.canceled": look_at_order,
    "charge.succeeded": look_at_order,
    "charge.updated": look_at_order,
    "charge.refunded": look_at_order,
    "refund.created": look_at_order,
    "refund.updated": look_at_order,
    "refund.failed": look_at_order,
    "charge.dispute.created": look_at_order,
    "charge.dispute.updated": look_at_order,
    "charge.dispute.funds_withdrawn": look_at_order,
    "charge.dispute.funds_reinstated": look_at_order,
    "charge.dispute.closed": look_at_order,
    "payout.failed": keep_only,
    "payout.reconciliation_completed": keep_only,
}


def _order_of(session: Session, event: EventSeen) -> int | None:
    """The order an event is about: by our reference, else by a session or payment we know."""
    by_reference = select(Order.id).where(Order.reference == event.order_reference)
    by_session = select(CheckoutAttempt.order_id).where(CheckoutAttempt.stripe_id == event.session_id)
    by_payment = (
        select(PaymentEntry.order_id).where(PaymentEntry.payment_intent == event.payment_intent).limit(1)
    )
    for known, query in (
        (event.order_reference, by_reference),
        (event.session_id, by_session),
        (event.payment_intent, by_payment),
    ):
        found = session.scalars(query).first() if known else None
        if found is not None:
            return found
    return None
