"""Giving money back on the owner's word: for whole units, and for the postage."""

from collections.abc import Sequence

from sqlalchemy import select
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

    A line, or the postage, is given back once: asking again raises NothingToRefund, unless Stripe refused
    it or the bank sent it back. Raises MoreThanPaid.
    """
    order = lock(session, order_id)
    entries, requests = _entries(session, order), _requests(session, order)
    earlier = [request for request in requests if not _came_to_nothing(request, entries)]
    prices = {line.number: line.price_pence for line in lines_of(session, order_id)}
    given = {number for request in earlier for number in request.lines}
    chosen = sorted(set(lines) & prices.keys() - given)
    with_postage = postage and not any(request.reason.endswith("postage") for request in earlier)
    amount = sum(prices[number] for number in chosen) + (order.postage_pence if with_postage else 0)
    if amount == 0:
        raise NothingToRefund
    payment = next((entry for entry in entries if entry.kind == "payment"), None)
    if payment is None or amount > _left(entries, earlier):
        raise MoreThanPaid
    named = "-".join(map(str, chosen)) + ("-postage" if with_postage else "")
    if again := len(requests) - len(earlier):
        named += f"-again-{again}"  # Stripe answers a key it knows with what it answered before
    request = RefundRequest(
        order_id=order_id,
        key=f"order-{order.reference}-back-{named.strip('-')}",
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


def _requests(session: Session, order: Order) -> Sequence[RefundRequest]:
    return session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()


def _entries(session: Session, order: Order) -> Sequence[PaymentEntry]:
    return session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id)).all()


def _came_to_nothing(request: RefundRequest, entries: Sequence[PaymentEntry]) -> bool:
    failed = {entry.stripe_id for entry in entries if entry.kind == "refund failed"}
    return request.refused is not None or request.stripe_id in failed


def _left(entries: Sequence[PaymentEntry], earlier: Sequence[RefundRequest]) -> int:
    """Pence of the payment that neither went back nor is on its way back."""
    posted = {entry.stripe_id for entry in entries}
    on_its_way = sum(request.amount_pence for request in earlier if request.stripe_id not in posted)
    return sum(entry.amount_pence for entry in entries) - on_its_way
