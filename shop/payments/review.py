"""A payment that is not what was asked for: the owner accepts it, or all of it goes back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, withdraw_alert
from shop.money import pounds_and_pence
from shop.orders.lifecycle import EventKind, State, lock
from shop.orders.models import Order
from shop.payments.kinds import OWED_STILL, EntryKind, RefundReason, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import OrderRecord, open_record
from shop.payments.services import Services
from shop.payments.settlement import take_stock


class NotInReview(Exception):
    """The order does not wait for this decision: somebody has taken it, or it never did."""


class OtherCurrency(Exception):
    """The payment came in another currency, so it cannot stand for the price."""


def accept(session: Session, order_id: int, *, actor: str) -> None:
    """Take the payment as it is for the order's. `sync_order` does the rest.

    Raises NotInReview or OtherCurrency. When a piece has gone meanwhile, all of it goes back.
    """
    order_record, payment = _in_review(session, order_id)
    if payment.currency != order_record.order.currency:
        raise OtherCurrency
    order_record.record_event(EventKind.ACCEPTED, actor=actor, amount_pence=payment.amount_pence)
    take_stock(order_record, payment.payment_intent, payment.amount_pence, clock.now())
    withdraw_alert(session, AlertKind.PAYMENT_IN_REVIEW, order_record.order.reference)


def return_all(session: Session, order_id: int, *, actor: str) -> RefundRequest:
    """Decide that all that is left of the payment goes back. Raises NotInReview."""
    order_record, payment = _in_review(session, order_id)
    left = sum(
        e.amount_pence for e in order_record.entries.values() if e.payment_intent == payment.payment_intent
    )
    if left <= 0 or any(request.reason == RefundReason.UNEXPLAINED for request in order_record.requests):
        raise NotInReview
    asked = order_record.ask_refund(
        payment.payment_intent, left, RefundReason.UNEXPLAINED, "unexplained", actor=actor
    )
    order_record.record_event(EventKind.REFUND_ASKED, actor=actor, amount_pence=left)
    withdraw_alert(session, AlertKind.PAYMENT_IN_REVIEW, order_record.order.reference)
    session.flush()
    return asked


def undecided(session: Session, services: Services) -> list[tuple[str, str]]:
    """Every order whose money waits for somebody: its reference and why. Seen alerts do not end that."""
    owed = session.execute(
        select(Order.reference, RefundRequest)
        .join(Order, Order.id == RefundRequest.order_id)
        .where(services.own, RefundRequest.state.in_(OWED_STILL))
        .order_by(RefundRequest.id)
    ).all()
    found = [(reference, _said(request)) for reference, request in owed]
    in_review = select(Order.reference).where(services.own, Order.state == State.REVIEW).order_by(Order.id)
    listed = {reference for reference, _ in found}
    others = [reference for reference in session.scalars(in_review) if reference not in listed]
    return [*found, *((reference, "its payment is not what was asked for") for reference in others)]


def _said(request: RefundRequest) -> str:
    what = {
        RefundState.OWED: "has not been sent yet and is tried again by itself",
        RefundState.REFUSED: "was not sent",
        RefundState.SENT_BACK: "came back from the buyer’s bank",
    }
    return f"a refund of {pounds_and_pence(request.amount_pence)} {what[RefundState(request.state)]}"


def _in_review(session: Session, order_id: int) -> tuple[OrderRecord, PaymentEntry]:
    order = lock(session, order_id)
    order_record = open_record(session, order)
    payment = order_record.principal
    if order.state != State.REVIEW or payment is None or payment.kind != EntryKind.UNEXPLAINED:
        raise NotInReview
    if order_record.accepted or order_record.unfillable:
        raise NotInReview
    return order_record, payment
