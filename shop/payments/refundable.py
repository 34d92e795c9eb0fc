"""What of an order can still be given back, and what went back already, whoever sent it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.reversals import Returned, taken_by
from shop.orders.lifecycle import State, lines_of
from shop.orders.models import Order
from shop.payments.kinds import EntryKind, RefundReason, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import BOUGHT, PRINCIPAL
from shop.payments.refund_parts import given_up, put_together

FREES_ITS_UNITS = frozenset({RefundState.ASKED_AGAIN, RefundState.WITHDRAWN})
"""States of a request that gives nothing back, so that its units can be chosen again."""


class NothingToRefund(Exception):
    """No line and no postage was named, or all of it was given back before."""


class MoreThanPaid(Exception):
    """The refund would be more than what is left of the payment."""


class InDispute(Exception):
    """The bank has taken the money until a dispute is decided: a refund now could pay it back twice."""


def gives_back(request: RefundRequest) -> bool:
    """Whether the request still gives something back: no other has taken its place, and it is wanted."""
    return request.state not in FREES_ITS_UNITS


class WhatFor(TypedDict):
    """What a refund is for, as `Returned` has it."""

    lines: tuple[int, ...]
    postage_pence: int
    goodwill_pence: int


@frozen
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
    left: Mapping[str, int]
    """What is left of each payment and is not on its way back: pence by intent, supplements last."""
    goodwill_pence: int
    """What went back beside whole units and named postage."""
    payment: PaymentEntry | None
    back: Sequence[Returned]
    """Everything that went back of the payment, oldest first."""
    in_dispute: bool
    """Whether the bank has taken money until the dispute is decided."""

    @property
    def left_pence(self) -> int:
        """What is left of all that was paid and is not on its way back."""
        return sum(self.left.values())

    @property
    def free(self) -> list[int]:
        """Numbers of the units that nothing was given back for."""
        return [number for number in self.prices if number not in self.returned and number not in self.asked]

    @property
    def postage_free(self) -> bool:
        """Whether there was postage, and nothing was given back for it."""
        return self.postage_pence > 0 and self.postage_asked is None and self.postage_returned is None

    def amount(self, lines: Sequence[int], *, postage: bool, goodwill_pence: int = 0) -> int:
        """What goes back for these, in pence. Raises NothingToRefund, MoreThanPaid or InDispute."""
        if self.in_dispute:
            raise InDispute
        back = self.refund_of(lines, postage=postage, goodwill_pence=goodwill_pence)
        if back.amount_pence == 0:
            raise NothingToRefund
        if self.payment is None or back.amount_pence > self.left_pence:
            raise MoreThanPaid
        return back.amount_pence

    def refund_of(self, lines: Sequence[int], *, postage: bool, goodwill_pence: int = 0) -> Returned:
        """Those of the units and the postage that are still free, and this much besides, as one refund."""
        chosen = tuple(sorted(set(lines) & set(self.free)))
        for_postage = self.postage_pence if postage and self.postage_free else 0
        amount = sum(self.prices[number] for number in chosen) + for_postage + goodwill_pence
        return Returned(amount, chosen, for_postage, goodwill_pence)

    def taken_by(self, refund: Returned) -> frozenset[int]:
        """The units that would count as given back with this refund, and do not yet."""
        return frozenset(taken_by(self.prices, [*self.back, refund])) - self.returned.keys()


def refundable(session: Session, order: Order) -> Refundable:
    """What of an order can still be given back."""
    entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id)).all()
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()
    holding, broken = [request for request in requests if gives_back(request)], given_up(requests)
    naming = [request for request in holding if request.joined not in broken]
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
        asked={n: request for request in naming for n in request.lines if n not in taken},
        postage_asked=next((request for request in naming if request.with_postage), None),
        postage_returned=postage,
        left={
            entry.payment_intent: _left(entries, holding, entry.payment_intent)
            for entry in entries
            if entry.kind in BOUGHT
        },
        goodwill_pence=max(0, sum(item.amount_pence for item in back) - named),
        payment=payment,
        back=back,
        in_dispute=order.state == State.DISPUTED and _taken_by_disputes(entries) > 0,
    )


def _taken_by_disputes(entries: Sequence[PaymentEntry]) -> int:
    """Pence that banks have taken and not given back; none while they only ask."""
    kinds = {EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED}
    return -sum(entry.amount_pence for entry in entries if entry.kind in kinds)


def _returned(
    order: Order,
    entries: Sequence[PaymentEntry],
    requests: Sequence[RefundRequest],
    payment: PaymentEntry | None,
) -> list[Returned]:
    """What went back of what was paid, oldest first, by our own entries."""
    bought = {entry.payment_intent for entry in entries if entry.kind in BOUGHT}
    ours = {request.stripe_id: request for request in requests if request.stripe_id}
    failed = {entry.stripe_id for entry in entries if entry.kind == EntryKind.REFUND_FAILED}
    back = [
        of_entry(order, entry, ours.get(entry.stripe_id), payment)
        for entry in entries
        if entry.kind == EntryKind.REFUND
        and entry.stripe_id not in failed
        and not is_difference(ours.get(entry.stripe_id))
        and payment is not None
        and entry.payment_intent in bought
    ]
    back += [
        returned_elsewhere(order, request)
        for request in requests
        if request.state == RefundState.RETURNED_ELSEWHERE
        and not is_difference(request)
        and request.payment_intent in bought
    ]
    return put_together(sorted(back, key=lambda item: item.at or order.placed_at), requests)


def is_difference(request: RefundRequest | None) -> bool:
    """Whether it is what a unit costs less since its metal or chain was changed.

    Then it pays nothing back that is in the order: the order's prices are those of what stands now.
    """
    return request is not None and request.reason == RefundReason.EXCHANGE


def returned_elsewhere(order: Order, request: RefundRequest) -> Returned:
    """What the owner paid back by other means."""
    return Returned(
        amount_pence=request.amount_pence,
        at=request.requested_at,
        actor=request.actor,
        cause=request.key,
        **what_for(order, request),
    )


def what_for(order: Order, request: RefundRequest | None) -> WhatFor:
    """What a refund is for; a refund made in Stripe's dashboard has no request, and says nothing."""
    if request is None:
        return WhatFor(lines=(), postage_pence=0, goodwill_pence=0)
    return WhatFor(
        lines=tuple(request.lines),
        postage_pence=order.postage_pence if request.with_postage else 0,
        goodwill_pence=request.goodwill_pence or 0,
    )


def of_entry(
    order: Order, entry: PaymentEntry, request: RefundRequest | None, principal: PaymentEntry | None
) -> Returned:
    """What went back by this entry. Of a supplement what names nothing takes no unit with it."""
    back = Returned(
        amount_pence=-entry.amount_pence,
        at=entry.event_at,
        actor=request.actor if request else "",
        cause=entry.stripe_id,
        **what_for(order, request),
    )
    of_principal = principal is None or entry.payment_intent == principal.payment_intent
    return back if request or of_principal else as_goodwill(back)


def as_goodwill(back: Returned) -> Returned:
    """The same, as money that is for no unit."""
    return replace(back, lines=(), postage_pence=0, goodwill_pence=back.amount_pence)


def _is_postage(order: Order, item: Returned) -> bool:
    return item.amount_pence == order.postage_pence and not item.lines and not item.postage_pence


def _left(entries: Sequence[PaymentEntry], holding: Sequence[RefundRequest], intent: str) -> int:
    """Pence of a payment that neither went back nor is on its way back."""
    entries = [entry for entry in entries if entry.payment_intent == intent]
    holding = [request for request in holding if request.payment_intent == intent]
    posted = {entry.stripe_id for entry in entries}
    failed = {entry.stripe_id for entry in entries if entry.kind == EntryKind.REFUND_FAILED}
    on_its_way = sum(
        request.amount_pence
        for request in holding
        if request.stripe_id not in posted or request.stripe_id in failed
    )
    return sum(entry.amount_pence for entry in entries) - on_its_way
