"""What went back of an order's payments, refund by refund: how much, for what, and what it came to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.reversals import Returned, taken_by
from shop.orders.lifecycle import lines_of
from shop.orders.models import Order
from shop.orders.states import State
from shop.payments.kinds import EntryKind, RefundReason, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import BOUGHT, PRINCIPAL
from shop.payments.refund_parts import put_together
from shop.payments.refundable import is_difference, of_entry, returned_elsewhere


@frozen
class RefundMade:
    """One refund. Sums are pence, and in `currency`."""

    cause: str
    """Stripe's id of it, or our own key where it was paid back by other means."""
    amount_pence: int
    currency: str
    at: datetime
    units: tuple[int, ...]
    """The units whose price had gone back with it, by their numbers, and not before."""
    postage: bool
    """Whether the postage was named."""
    surplus: bool
    """Of a second payment, which bought nothing."""
    elsewhere: bool
    """Paid back by other means than the card."""
    sent_back_at: datetime | None
    """When the buyer's bank returned it to us, if it did."""
    waits: bool
    """Whether it was sent back and is owed still, and nobody has said yet what becomes of it."""
    back_pence: int
    """What of the payment had gone back with it in all."""
    gone: frozenset[int]
    """The units whose price had gone back with it in all."""
    difference: bool = False
    """What a unit costs less since its metal or chain was changed."""
    goodwill_pence: int = 0
    """How much of it was given for no unit, by the owner's word."""
    not_changed: bool = False
    """A supplement whose change could not be made any more."""
    joined: str | None = None
    """The key of the first of several that together give back what was paid in several payments."""


@frozen
class _Back:
    """Money that went back, with where it came from."""

    returned: Returned
    intent: str
    currency: str
    elsewhere: bool = False
    request: RefundRequest | None = None


def refund_history(session: Session, order: Order) -> list[RefundMade]:
    """The refunds of an order, oldest first."""
    entries = session.scalars(
        select(PaymentEntry).where(PaymentEntry.order_id == order.id).order_by(PaymentEntry.id)
    ).all()
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()
    prices = {line.number: line.price_pence for line in lines_of(session, order.id)}
    bought = {entry.payment_intent for entry in entries if entry.kind in BOUGHT}
    failed = {e.stripe_id: e.event_at for e in entries if e.kind == EntryKind.REFUND_FAILED}
    decided = {request.stripe_id for request in requests if request.state != RefundState.SENT_BACK}
    # A refund of ours is withdrawn by then (settle_debts); one made at Stripe's dashboard has no request.
    lost = order.state == State.DISPUTE_LOST
    made: list[RefundMade] = []
    holding: list[Returned] = []
    back_pence = 0
    for back in _in_their_order(order, entries, requests):
        item, surplus, request = back.returned, back.intent not in bought, back.request
        difference = is_difference(request)
        before = taken_by(prices, put_together(holding, requests))
        if not surplus and item.cause not in failed:
            back_pence += item.amount_pence
            holding += [] if difference else [item]
        after = taken_by(prices, put_together(holding, requests))
        made.append(
            RefundMade(
                cause=item.cause,
                amount_pence=item.amount_pence,
                currency=back.currency,
                at=item.at or order.placed_at,
                units=tuple(sorted(after.keys() - before.keys())),
                postage=item.postage_pence > 0,
                goodwill_pence=min(item.amount_pence, (request and request.goodwill_pence) or 0),
                surplus=surplus,
                elsewhere=back.elsewhere,
                sent_back_at=failed.get(item.cause),
                waits=item.cause in failed and item.cause not in decided and not (request is None and lost),
                back_pence=back_pence,
                gone=frozenset(after),
                difference=difference,
                not_changed=request is not None and request.reason == RefundReason.NOT_CHANGED,
                joined=request.joined if request else None,
            )
        )
    return made


def _in_their_order(
    order: Order, entries: Sequence[PaymentEntry], requests: Sequence[RefundRequest]
) -> list[_Back]:
    ours: dict[str | None, RefundRequest] = {r.stripe_id: r for r in requests if r.stripe_id}
    principal = next((entry for entry in entries if entry.kind in PRINCIPAL), None)
    found = [
        _Back(
            of_entry(order, entry, ours.get(entry.stripe_id), principal),
            entry.payment_intent,
            entry.currency,
            request=ours.get(entry.stripe_id),
        )
        for entry in entries
        if entry.kind == EntryKind.REFUND
    ]
    found += [
        _Back(
            returned_elsewhere(order, request),
            request.payment_intent,
            order.currency,
            elsewhere=True,
            request=request,
        )
        for request in requests
        if request.state == RefundState.RETURNED_ELSEWHERE
    ]
    return sorted(found, key=lambda back: back.returned.at or order.placed_at)
