"""What each event leads to, in the worker. A new kind of event is one function and one line in HANDLERS."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import CheckoutAttempt, PaymentEntry, Supplement
from shop.payments.services import Services
from shop.payments.stripe_snapshot import EventSeen
from shop.payments.sync import StillMoving, sync_order
from shop.webhooks import inbox
from shop.webhooks.inbox import Waiting

ABOUT_PAYING: Final = ("checkout.session.", "payment_intent.", "charge.succeeded", "charge.updated")
"""Events that tell of no refund and no dispute."""

Handler = Callable[[Services, Waiting], None]


def receive(services: Services, event: EventSeen) -> bool:
    """Keep an event for the worker; one that means nothing to us is answered and forgotten.

    Gives whether it is kept now. Asks Stripe nothing: whoever sent it is waiting for an answer.
    """
    if event.type not in HANDLERS:
        return False
    with services.database.transaction() as session:
        return inbox.keep(session, event, _order_of(session, event))


def work(services: Services) -> bool:
    """Act on the oldest events that wait. Give whether there were any.

    What cannot be done now is tried again later; what nobody expected is raised as well.
    """
    waiting = inbox.claim(services.database)
    if waiting is None:
        return False
    try:
        HANDLERS[waiting.types[0]](services, waiting)
    except Exception as error:
        with services.database.transaction() as session:
            inbox.postpone(session, waiting)
            if clock.now() - waiting.waiting_since > inbox.STUCK_AFTER:
                _tell_owner(session, waiting, error)
        if not isinstance(error, GatewayDown | GatewayRefused | StillMoving):
            raise
    return True


def look_at_order(services: Services, waiting: Waiting) -> None:
    """Converge the order that the events are about; an event about nobody's order is only kept.

    Raises GatewayDown or StillMoving: then they wait on, unless their effect was written before.
    """
    order_id = waiting.order_id
    if order_id is None:
        with services.database.looking() as session:
            order_id = _of_payment(session, waiting.payment_intent)
    if order_id is None:
        keep_only(services, waiting)
        return
    found = order_id
    sync_order(
        services,
        found,
        deduplicate=lambda session: inbox.done(session, waiting.ids, found),
        session_id=waiting.session_id,
        about_paying=all(kind.startswith(ABOUT_PAYING) for kind in waiting.types),
    )


def keep_only(services: Services, waiting: Waiting) -> None:
    """Keep the event for the record."""
    with services.database.transaction() as session:
        inbox.done(session, waiting.ids, None)


def tell_of_payout(services: Services, waiting: Waiting) -> None:
    """A payout did not reach our bank: say so to the owner. Raises GatewayDown: then it waits on."""
    detail = ""
    with suppress(GatewayRefused):
        found = services.gateway.payout(waiting.object_id or "")
        detail = f"{found.amount / 100:.2f} {found.currency.upper()}"
    with services.database.transaction() as session:
        if inbox.done(session, waiting.ids, None):
            raise_alert(session, AlertKind.PAYOUT_FAILED, waiting.object_id or "", detail)


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
    "radar.early_fraud_warning.created": look_at_order,
    "radar.early_fraud_warning.updated": look_at_order,
    "review.opened": look_at_order,
    "review.closed": look_at_order,
    "payout.failed": tell_of_payout,
    "payout.reconciliation_completed": keep_only,
}


_KNOWN: Final[BindParameter[str]] = bindparam("known")
_BY_REFERENCE: Final = select(Order.id).where(Order.reference == _KNOWN)
_BY_SESSION: Final = select(CheckoutAttempt.order_id).where(CheckoutAttempt.stripe_id == _KNOWN)
_BY_SUPPLEMENT: Final = select(Supplement.order_id).where(Supplement.stripe_id == _KNOWN)


def _tell_owner(session: Session, waiting: Waiting, error: Exception) -> None:
    """One alert while Stripe cannot be reached, whatever waits for it; else one an order."""
    order = None if waiting.order_id is None else session.get(Order, waiting.order_id)
    about = "Stripe" if isinstance(error, GatewayDown) or order is None else order.reference
    raise_alert(session, AlertKind.NEWS_STUCK, about, f"{waiting.types[0]}: {type(error).__name__}")


def _order_of(session: Session, event: EventSeen) -> int | None:
    """The order an event is about: by our reference, else by a session or payment we know."""
    for known, query in (
        (event.order_reference, _BY_REFERENCE),
        (event.session_id, _BY_SESSION),
        (event.session_id, _BY_SUPPLEMENT),
    ):
        found: int | None = session.connection().scalar(query, {"known": known}) if known else None
        if found is not None:
            return found
    return _of_payment(session, event.payment_intent) or _of_charge(session, event.charge)


def _of_payment(session: Session, payment_intent: str | None) -> int | None:
    if payment_intent is None:
        return None
    return session.scalars(
        select(PaymentEntry.order_id).where(PaymentEntry.payment_intent == payment_intent).limit(1)
    ).first()


def _of_charge(session: Session, charge: str | None) -> int | None:
    """A warning of fraud may name nothing but the charge."""
    if charge is None:
        return None
    return session.scalars(
        select(PaymentEntry.order_id).where(PaymentEntry.stripe_id == charge).limit(1)
    ).first()
