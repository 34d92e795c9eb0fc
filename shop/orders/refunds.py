"""Giving money back on the owner's word: for whole units, and for the postage."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.orders.lifecycle import lines_of, lock, record
from shop.orders.models import Order
from shop.payments.models import PaymentEntry, RefundRequest


class NothingToRefund(Exception):
    """No line and no postage was named, or all of it was given back before."""


class MoreThanPaid(Exception):
    """The refund would be more than what is left of the payment."""


def ask(session: Session, order_id: int, *, lines: Sequence[int], postage: bool, actor: str) -> RefundRequest:
    """Decide a refund. It is sent to Stripe by `converge`, under a key made of what it is for.

    A line, or the postage, is given back once: asking again raises NothingToRefund, unless Stripe refused the
    first refund or it came back from her bank. Raises MoreThanPaid.
    """
    order = lock(session, order_id)
    earlier = _earlier(session, order)
    prices = {line.number: line.price_pence for line in lines_of(session, order_id)}
    given = {number for request in earlier for number in request.lines}
    chosen = sorted(set(lines) & prices.keys() - given)
    with_postage = postage and not any(request.reason.endswith("postage") for request in earlier)
    amount = sum(prices[number] for number in chosen) + (order.postage_pence if with_postage else 0)
    if amount == 0:
        raise NothingToRefund
    payment = _payment(session, order)
    if payment is None or amount > _left(session, order):
        raise MoreThanPaid
    request = RefundRequest(
        order_id=order_id,
        key=_key(session, order, chosen, postage=with_postage),
        payment_intent=payment.payment_intent,
        amount_pence=amount,
        reason="owner, with postage" if with_postage else "owner",
        lines=chosen,
        actor=actor,
        requested_at=clock.now(),
        stripe_id=None,
        refused=None,
    )
    session.add(request)
    record(session, order, "refund asked", actor=actor, amount_pence=amount, lines=chosen)
    return request


def _earlier(session: Session, order: Order) -> Sequence[RefundRequest]:
    return session.scalars(
        select(RefundRequest).where(RefundRequest.order_id == order.id, RefundRequest.refused.is_(None))
    ).all()


def _key(session: Session, order: Order, lines: Sequence[int], *, postage: bool) -> str:
    """The refund's key at Stripe. What was refused or came back gets a new one: the old stands for that."""
    named = "-".join([*map(str, lines), *(["postage"] if postage else [])])
    key = f"order-{order.reference}-back-{named}"
    query = select(RefundRequest.key).where(RefundRequest.order_id == order.id)
    before = sum(found == key or found.startswith(f"{key}-again-") for found in session.scalars(query))
    return f"{key}-again-{before}" if before else key


def _payment(session: Session, order: Order) -> PaymentEntry | None:
    return session.scalars(
        select(PaymentEntry).where(PaymentEntry.order_id == order.id, PaymentEntry.kind == "payment")
    ).first()


def _left(session: Session, order: Order) -> int:
    """Pence of the payment that neither went back nor is on its way back."""
    moved = session.scalar(
        select(func.coalesce(func.sum(PaymentEntry.amount_pence), 0)).where(PaymentEntry.order_id == order.id)
    )
    unsent = session.scalar(
        select(func.coalesce(func.sum(RefundRequest.amount_pence), 0)).where(
            RefundRequest.order_id == order.id,
            RefundRequest.stripe_id.is_(None),
            RefundRequest.refused.is_(None),
        )
    )
    return int(moved or 0) - int(unsent or 0)
