"""Giving money back on the owner's word: whole units and the postage, each once, whoever sends it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.orders.lifecycle import EventKind, State, lines_of, lock, record
from shop.orders.models import Order
from shop.payments.kinds import NEEDS_A_PERSON, OWED_STILL, EntryKind, RefundReason, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import PRINCIPAL
from shop.payments.refund_allocation import Returned, taken_by
from shop.payments.refund_sending import withdraw_refund_alerts

FREES_ITS_UNITS = frozenset({RefundState.ASKED_AGAIN, RefundState.WITHDRAWN})
"""States of a request that gives nothing back, so that its units can be chosen again."""


class NothingToRefund(Exception):
    """No line and no postage was named, or all of it was given back before."""


class MoreThanPaid(Exception):
    """The refund would be more than what is left of the payment."""


class NotWaiting(Exception):
    """The refund does not wait for a person: it was sent, or somebody has decided already."""


@dataclass(frozen=True)
class Refundable:
    """What of an order can still be given back, and what became of the rest."""

    prices: Mapping[int, int]
    """Pence of each unit, by its number."""
    postage_pence: int
    returned: Mapping[int, Returned]
    """Units that went back, whoever sent the money, with what took them."""
    asked: Mapping[int, RefundRequest]
    """Units whose refund was asked for and is on its way, or waits for a person."""
    postage_asked: RefundRequest | None
    postage_returned: Returned | None
    """A refund from Stripe's dashboard of just what the postage was."""
    left_pence: int
    """What is left of the payment and is not on its way back."""
    goodwill_pence: int
    """What went back beside whole units and named postage."""
    payment: PaymentEntry | None

    @property
    def free(self) -> list[int]:
        """Numbers of the units that nothing was given back for."""
        return [number for number in self.prices if number not in self.returned and number not in self.asked]

    @property
    def postage_free(self) -> bool:
        """Whether there was postage, and nothing was given back for it."""
        return self.postage_pence > 0 and self.postage_asked is None and self.postage_returned is None

    def amount(self, lines: Sequence[int], *, postage: bool) -> int:
        """What goes back for these, in pence. Raises NothingToRefund or MoreThanPaid."""
        chosen = sorted(set(lines) & set(self.free))
        with_postage = postage and self.postage_free
        amount = sum(self.prices[number] for number in chosen) + (self.postage_pence if with_postage else 0)
        if amount == 0:
            raise NothingToRefund
        if self.payment is None or amount > self.left_pence:
            raise MoreThanPaid
        return amount


def refundable(session: Session, order: Order) -> Refundable:
    """What of an order can still be given back."""
    entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id)).all()
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()
    holding = [request for request in requests if request.state not in FREES_ITS_UNITS]
    payment = next((entry for entry in entries if entry.kind in PRINCIPAL), None)
    if order.state == State.REVIEW:
        payment = None  # what is to become of it must be said first: see `review` and `send_again`
    prices = {line.number: line.price_pence for line in lines_of(session, order.id)}
    back = _returned(order, entries, requests, payment)
    taken = taken_by(prices, back)
    postage = next((item for item in back if _is_postage(order, item) and item not in taken.values()), None)
    named = sum(prices[number] for number in taken) + sum(item.postage_pence for item in back)
    named += postage.amount_pence if postage else 0
    return Refundable(
        prices=prices,
        postage_pence=order.postage_pence,
        returned=taken,
        asked={n: request for request in holding for n in request.lines if n not in taken},
        postage_asked=next((request for request in holding if request.with_postage), None),
        postage_returned=postage,
        left_pence=_left(entries, holding),
        goodwill_pence=max(0, sum(item.amount_pence for item in back) - named),
        payment=payment,
    )


def ask(
    session: Session,
    order_id: int,
    *,
    lines: Sequence[int],
    postage: bool,
    actor: str,
    agreed_pence: int | None = None,
) -> RefundRequest:
    """Decide a refund. It is sent to Stripe by `sync_order`, and carries the request's key there.

    A line, or the postage, is given back once, whoever gave it back: asking again raises NothingToRefund. One
    that Stripe refused or the bank sent back waits for `send_again` or `close`. Raises MoreThanPaid also when
    the sum is not `agreed_pence`, the one that was shown.
    """
    order = lock(session, order_id)
    now = refundable(session, order)
    amount = now.amount(lines, postage=postage)
    if now.payment is None or agreed_pence not in {None, amount}:
        raise MoreThanPaid
    chosen = sorted(set(lines) & set(now.free))
    with_postage = postage and now.postage_free
    named = "-".join([*map(str, chosen), *(["postage"] if with_postage else [])])
    request = RefundRequest(
        order_id=order_id,
        key=_free_key(session, f"order-{order.reference}-back-{named}"),
        payment_intent=now.payment.payment_intent,
        amount_pence=amount,
        reason=RefundReason.OWNER,
        lines=chosen,
        with_postage=with_postage,
        actor=actor,
        requested_at=clock.now(),
        state=RefundState.OWED,
        next_try_at=clock.now(),
    )
    session.add(request)
    session.flush()
    record(session, order, EventKind.REFUND_ASKED, actor=actor, amount_pence=amount, lines=chosen)
    return request


def send_again(session: Session, order_id: int, request_id: int, *, actor: str) -> RefundRequest:
    """Have a refund that was refused or sent back sent anew, or one that waits tried now. NotWaiting."""
    order, waiting = _waiting(session, order_id, request_id, OWED_STILL)
    if waiting.state == RefundState.OWED:
        waiting.next_try_at = clock.now()
        return waiting
    again = RefundRequest(
        order_id=order_id,
        key=_free_key(session, waiting.key.partition("-again-")[0]),
        payment_intent=waiting.payment_intent,
        amount_pence=waiting.amount_pence,
        reason=waiting.reason,
        lines=waiting.lines,
        with_postage=waiting.with_postage,
        actor=actor,
        requested_at=clock.now(),
        state=RefundState.OWED,
        next_try_at=clock.now(),
    )
    session.add(again)
    session.flush()
    waiting.state = RefundState.ASKED_AGAIN
    record(session, order, EventKind.REFUND_ASKED_AGAIN, actor=actor, amount_pence=again.amount_pence)
    withdraw_refund_alerts(session, order)
    return again


def close(session: Session, order_id: int, request_id: int, *, returned: bool, note: str, actor: str) -> None:
    """Say that a refund is not to be sent: it was returned by other means, or the owner thought again.

    What is owed for good can only be returned. Raises NotWaiting.
    """
    order, waiting = _waiting(session, order_id, request_id, NEEDS_A_PERSON)
    if not returned and waiting.reason != RefundReason.OWNER:
        raise NotWaiting
    waiting.state = RefundState.RETURNED_ELSEWHERE if returned else RefundState.WITHDRAWN
    kind = EventKind.RETURNED_ELSEWHERE if returned else EventKind.REFUND_WITHDRAWN
    record(session, order, kind, actor=actor, amount_pence=waiting.amount_pence, note=note)
    withdraw_refund_alerts(session, order)


def _waiting(
    session: Session, order_id: int, request_id: int, states: Collection[RefundState]
) -> tuple[Order, RefundRequest]:
    order = lock(session, order_id)
    found = session.get(RefundRequest, request_id, populate_existing=True)
    if found is None or found.order_id != order_id or found.state not in states:
        raise NotWaiting
    return order, found


def _free_key(session: Session, wanted: str) -> str:
    """A key that no request has had: under one it knows, Stripe answers what it answered before."""
    query = select(RefundRequest.key).where(RefundRequest.key.startswith(wanted, autoescape=True))
    taken = set(session.scalars(query))
    names = (f"{wanted}-again-{again}" if again else wanted for again in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _returned(
    order: Order,
    entries: Sequence[PaymentEntry],
    requests: Sequence[RefundRequest],
    payment: PaymentEntry | None,
) -> list[Returned]:
    """What went back of the payment, oldest first, by our own entries."""
    ours = {request.stripe_id: request for request in requests if request.stripe_id}
    failed = {entry.stripe_id for entry in entries if entry.kind == EntryKind.REFUND_FAILED}
    back = [
        _of_entry(order, entry, ours.get(entry.stripe_id))
        for entry in entries
        if entry.kind == EntryKind.REFUND
        and entry.stripe_id not in failed
        and payment is not None
        and entry.payment_intent == payment.payment_intent
    ]
    back += [returned_elsewhere(order, r) for r in requests if r.state == RefundState.RETURNED_ELSEWHERE]
    return sorted(back, key=lambda item: item.at or order.placed_at)


def returned_elsewhere(order: Order, request: RefundRequest) -> Returned:
    """What the owner paid back by other means."""
    return Returned(
        amount_pence=request.amount_pence,
        lines=tuple(request.lines),
        postage_pence=order.postage_pence if request.with_postage else 0,
        at=request.requested_at,
        actor=request.actor,
        cause=request.key,
    )


def _of_entry(order: Order, entry: PaymentEntry, request: RefundRequest | None) -> Returned:
    return Returned(
        amount_pence=-entry.amount_pence,
        lines=tuple(request.lines) if request else (),
        postage_pence=order.postage_pence if request and request.with_postage else 0,
        at=entry.event_at,
        actor=request.actor if request else "",
        cause=entry.stripe_id,
    )


def _is_postage(order: Order, item: Returned) -> bool:
    return item.amount_pence == order.postage_pence and not item.lines and not item.postage_pence


def _left(entries: Sequence[PaymentEntry], holding: Sequence[RefundRequest]) -> int:
    """Pence of the payment that neither went back nor is on its way back."""
    posted = {entry.stripe_id for entry in entries}
    failed = {entry.stripe_id for entry in entries if entry.kind == EntryKind.REFUND_FAILED}
    on_its_way = sum(
        request.amount_pence
        for request in holding
        if request.stripe_id not in posted or request.stripe_id in failed
    )
    return sum(entry.amount_pence for entry in entries) - on_its_way
