"""Sending the refunds that are owed: once each, however often it is tried and whatever Stripe answers.

Stripe forgets an idempotency key after a day (docs.stripe.com/api/idempotent_requests), and until then
repeats a failure under it. So each refund carries its request's key in its metadata and is looked for before
it is sent; and only one process at a time may send one.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.orders.lifecycle import EventKind, lock, record
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import RefundState
from shop.payments.models import RefundRequest, try_key
from shop.payments.services import Services
from shop.payments.stripe_snapshot import RefundSeen
from shop.sql import has_come

CLAIMED: Final = timedelta(minutes=3)
"""How long one process may take to send a refund, longer than the gateway waits for all its calls."""

FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=6)
TELL_AFTER: Final = timedelta(hours=1)
"""How long Stripe may fail or be away before the owner is told; of a refusal the owner is told at once."""


@frozen
class Trouble:
    """Why a refund was not sent."""

    code: str
    answered: bool = True
    """Without an answer it may have been sent, and is asked for with the same key."""
    for_good: bool = False
    """No later try will go better."""
    tell: bool = True


def due(now: datetime) -> ColumnElement[bool]:
    """Whether a RefundRequest is owed and it is time to send it."""
    free = RefundRequest.claimed_until.is_(None) | has_come(RefundRequest.claimed_until, now, CLAIMED)
    time_has_come = has_come(RefundRequest.next_try_at, now, LONGEST_PAUSE)
    return (RefundRequest.state == RefundState.OWED) & time_has_come & free


def send_owed(services: Services, order_id: int) -> bool:
    """Send what an order owes and is due. Give whether there is something new to look at.

    What does not go well is noted with the request, and tried again later or shown to the owner.
    """
    with services.database.reading() as session:
        query = select(RefundRequest).where(RefundRequest.order_id == order_id, due(clock.now()))
        owed = session.scalars(query.order_by(RefundRequest.id)).all()
    return sum(carry_out(services, request) for request in owed) > 0


def carry_out(services: Services, request: RefundRequest) -> bool:
    """Send one refund to Stripe, unless it is there already. Give whether its state is another now."""
    claimed = _claim(services, request)
    if claimed is None:
        return False
    try:
        found = _found_or_sent(services, claimed)
    except GatewayRefused as error:
        code = error.code or str(error.status)
        _note_trouble(services, claimed, Trouble(code, for_good=not error.may_pass))
        return not error.may_pass
    except GatewayDown as error:
        late = clock.now() - claimed.requested_at > TELL_AFTER
        _note_trouble(services, claimed, Trouble("no answer", answered=error.failed, tell=late))
        return False
    _note_sent(services, claimed, found)
    return True


def _found_or_sent(services: Services, request: RefundRequest) -> RefundSeen:
    gateway, intent = services.gateway, request.payment_intent
    return gateway.marked_refund(intent, request.key) or gateway.refund(
        intent, request.amount_pence, try_key(request), request.key
    )


def _claim(services: Services, request: RefundRequest) -> RefundRequest | None:
    """The request as it stands now, for this process alone; None when there is nothing to send."""
    now = clock.now()
    with services.database.transaction() as session:
        lock(session, request.order_id)
        query = select(RefundRequest).where(RefundRequest.id == request.id, due(now))
        row = session.scalars(query).one_or_none()
        if row is not None:
            row.claimed_until = now + CLAIMED
        return row


def _note_sent(services: Services, request: RefundRequest, refund: RefundSeen) -> None:
    with services.database.transaction() as session:
        order, row = _again(session, request)
        adopt(session, order, row, refund)


def adopt(session: Session, order: Order, request: RefundRequest, refund: RefundSeen) -> None:
    """Note that Stripe has made this refund for the request. The order must be locked."""
    request.stripe_id, request.claimed_until = refund.id, None
    if request.state in {RefundState.OWED, RefundState.REFUSED}:
        request.state, request.refused = RefundState.SENT, None
    withdraw_refund_alerts(session, order)


def withdraw_refund_alerts(session: Session, order: Order) -> None:
    """Nobody need see to the order's refunds any more, for what the alerts were raised for."""
    for kind in (AlertKind.REFUND_WAITS, AlertKind.REFUND_REFUSED, AlertKind.REFUND_SENT_BACK):
        withdraw_alert(session, kind, order.reference)


def _note_trouble(services: Services, request: RefundRequest, trouble: Trouble) -> None:
    with services.database.transaction() as session:
        order, row = _again(session, request)
        if row.state != RefundState.OWED:
            return  # a look has found it at Stripe meanwhile
        row.claimed_until, row.refused = None, trouble.code
        if trouble.answered:
            row.next_try_at = clock.now() + min(FIRST_PAUSE * 2**row.tries, LONGEST_PAUSE)
            row.tries += 1
        if trouble.for_good:
            row.state = RefundState.REFUSED
            pence, code = row.amount_pence, trouble.code
            record(session, order, EventKind.REFUND_REFUSED, actor="stripe", amount_pence=pence, code=code)
        if trouble.tell:
            kind = AlertKind.REFUND_REFUSED if trouble.for_good else AlertKind.REFUND_WAITS
            detail = f"{pounds_and_pence(row.amount_pence)}: {trouble.code}"
            raise_alert(session, kind, order.reference, detail)


def _again(session: Session, request: RefundRequest) -> tuple[Order, RefundRequest]:
    order = lock(session, request.order_id)
    return order, session.get_one(RefundRequest, request.id)
