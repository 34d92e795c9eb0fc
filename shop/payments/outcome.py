"""What an order's payments, refunds and disputes amount to: its state, and where each gift should stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Final

from shop import clock
from shop.frozen import frozen
from shop.giving.ledger import Fact, Facts, Standing, UnitTarget
from shop.giving.reversals import Returned, taken_by
from shop.orders.lifecycle import UNPAID, State
from shop.payments.kinds import EntryKind, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import STRIPE, OrderRecord
from shop.payments.refund_parts import put_together
from shop.payments.refundable import as_goodwill, is_difference, returned_elsewhere, what_for
from shop.payments.stripe_snapshot import DisputeSeen, PaymentSnapshot, RefundSeen

WHOLE_ORDER: Final = "ORDER"
"""What stands for a piece in the ledger when the policy counts by order."""

REFUND_IS_GONE: Final = frozenset({"failed", "canceled"})
DISPUTE_IS_OVER: Final = frozenset({"won", "warning_closed", "prevented"})
STILL_PAYING: Final = frozenset(
    {"processing", "requires_action", "requires_capture", "requires_confirmation"}
)


@frozen
class Outcome:
    """An order's state, and the target of each gift; none where no policy was in force or none is due."""

    state: State
    gifts: Sequence[UnitTarget] = ()
    gone: Mapping[int, str] = field(default_factory=dict)
    """By the number of the line, who gave the unit's price back."""
    since: datetime | None = None
    """When what made the state so happened; None where nothing but the look tells."""


def outcome(order_record: OrderRecord, snapshot: PaymentSnapshot) -> Outcome:
    """What everything together amounts to. Worked out afresh each time, from all that is known."""
    principal = order_record.principal
    if principal is None:
        return Outcome(_unpaid_state(order_record, snapshot))
    bought = order_record.bought
    returned, differences = _returned(order_record, snapshot, principal)
    back = sum(item.amount_pence for item in returned) + differences
    if principal.kind == EntryKind.UNEXPLAINED and not order_record.accepted:
        return Outcome(State.REFUNDED if back >= principal.amount_pence else State.REVIEW)
    disputes = _disputes(snapshot, bought)
    opened = [dispute.created for dispute in disputes if _is_open(dispute)]
    taken = taken_by({line.number: line.price_pence for line in order_record.lines}, returned)
    gifts = _gifts(order_record, snapshot, principal, taken)
    gone = {number: by.actor for number, by in taken.items()}
    if opened:
        return Outcome(State.DISPUTED, gifts, gone, min(opened))
    if lost := [ended_at(dispute) for dispute in disputes if dispute.status == "lost"]:
        return Outcome(State.DISPUTE_LOST, gifts, gone, max(lost))
    return Outcome(_paid_state(order_record, back, differences), gifts, gone)


def _unpaid_state(order_record: OrderRecord, snapshot: PaymentSnapshot) -> State:
    state = State(order_record.order.state)
    if state not in UNPAID or not snapshot.sessions or order_record.unanswered:
        return state  # nothing expires while a page we have not heard of yet may be open
    intents = {payment.intent_id: payment.status for payment in snapshot.payments}
    complete = [session for session in snapshot.sessions if session.status == "complete"]
    if any(intents.get(session.payment_intent or "") in STILL_PAYING for session in complete):
        return State.PROCESSING
    if any(session.status == "open" for session in snapshot.sessions):
        return state  # once its stock was released only paying again, which takes new stock, opens an order
    return State.FAILED if complete else State.EXPIRED


def _paid_state(order_record: OrderRecord, back: int, differences: int) -> State:
    if back >= sum(order_record.bought.values()):
        return State.REFUNDED
    if order_record.unfillable:
        return State.REVIEW  # the refund was decided and has not gone through yet
    return State.PART_REFUNDED if back > differences else State.PAID


def _returned(
    order_record: OrderRecord, snapshot: PaymentSnapshot, principal: PaymentEntry
) -> tuple[list[Returned], int]:
    """Money that is back with the buyer for good, oldest first; by other means too, if the owner said so.

    Beside it what went back as the difference to what costs less, in pence: for that, nothing was returned.
    What a dispute that is over took counts whatever the dispute is called, for a bank may keep the money of
    one that was prevented, or a part of one that was won. Its place among the others is that of its opening,
    which is known as long as the dispute is; its end is not. Of a supplement what names no unit takes none.
    """
    bought = order_record.bought
    ours = {request.stripe_id: request for request in order_record.requests if request.stripe_id}
    back = [
        (refund.created, refund.id, _refund(order_record, refund, ours.get(refund.id), principal))
        for refund in snapshot.refunds
        if refund.payment_intent in bought and refund.status not in REFUND_IS_GONE
    ]
    back += [
        (found.created, found.id, _lost(found, taken, principal))
        for found in _disputes(snapshot, bought)
        if (taken := _kept_by(found)) > 0
    ]
    back += [
        (request.requested_at, request.key, returned_elsewhere(order_record.order, request))
        for request in order_record.requests
        if request.state == RefundState.RETURNED_ELSEWHERE and request.payment_intent in bought
    ]
    ours_for_less = [request for request in order_record.requests if is_difference(request)]
    differences = {name for request in ours_for_less for name in (request.stripe_id, request.key)}
    items = [item for _, _, item in sorted(back, key=lambda row: row[:2])]
    return (
        put_together([item for item in items if item.cause not in differences], order_record.requests),
        sum(item.amount_pence for item in items if item.cause in differences),
    )


def _refund(
    order_record: OrderRecord, refund: RefundSeen, request: RefundRequest | None, principal: PaymentEntry
) -> Returned:
    back = Returned(
        amount_pence=refund.amount,
        at=refund.created,
        actor=request.actor if request else STRIPE,
        cause=refund.id,
        **what_for(order_record.order, request),
    )
    return back if request or refund.payment_intent == principal.payment_intent else as_goodwill(back)


def _lost(dispute: DisputeSeen, taken_pence: int, principal: PaymentEntry) -> Returned:
    back = Returned(taken_pence, at=ended_at(dispute), actor=STRIPE, cause=dispute.id)
    return back if dispute.payment_intent == principal.payment_intent else as_goodwill(back)


def _gifts(
    order_record: OrderRecord,
    snapshot: PaymentSnapshot,
    principal: PaymentEntry,
    back: Mapping[int, Returned],
) -> list[UnitTarget]:
    """Where each gift should stand: one a unit, or one for the order (unit 0) while any of it is kept."""
    if order_record.order.policy_id is None:
        return []
    whole = [max(back.values(), key=_when)] if len(back) == len(order_record.lines) else []
    bought = order_record.bought
    disputed = any(_is_open(dispute) for dispute in _disputes(snapshot, bought))
    kept = Standing.HELD if disputed else Standing.ACCRUED
    promised = [
        (line.number, line.gift_sku or line.sku, line.donation_pence, back.get(line.number))
        for line in order_record.lines
    ]
    promised.append((0, WHOLE_ORDER, order_record.order.donation_pence, next(iter(whole), None)))
    return [
        UnitTarget(
            unit=unit,
            sku=sku,
            amount_pence=pence,
            policy_id=order_record.order.policy_id,
            standing=Standing.NONE if gone or order_record.unfillable else kept,
            facts=_facts(snapshot, principal, bought, gone),
        )
        for unit, sku, pence, gone in promised
        if pence
    ]


def _when(returned: Returned) -> datetime:
    return returned.at or datetime.min.replace(tzinfo=UTC)


def _facts(
    snapshot: PaymentSnapshot, principal: PaymentEntry, bought: Collection[str], gone: Returned | None
) -> Facts:
    """What led to where a unit's gift stands."""
    paid = Fact(principal.event_at, STRIPE, principal.stripe_id)
    disputes = _disputes(snapshot, bought)
    opened = [Fact(d.created, STRIPE, d.id) for d in disputes if _is_open(d)]
    restored = [Fact(ended_at(d), STRIPE, d.id) for d in disputes if d.status in DISPUTE_IS_OVER]
    restored += [
        Fact(refund.failed_at or clock.now(), STRIPE, refund.id)
        for refund in snapshot.refunds
        if refund.payment_intent in bought and refund.status in REFUND_IS_GONE
    ]
    ended = Fact(_when(gone), gone.actor, gone.cause) if gone else paid
    first, latest = by_time(opened), by_time(restored)
    return Facts(
        given=paid,
        held=first[0] if first else paid,
        restored=latest[-1] if latest else paid,
        ended=ended,
    )


def by_time(facts: Sequence[Fact]) -> list[Fact]:
    """Facts, the earliest first."""
    return sorted(facts, key=lambda fact: fact.event_at)


def ended_at(dispute: DisputeSeen) -> datetime:
    """When a dispute was decided; when Stripe tells that no more, the moment it is looked at.

    One that was prevented never was open.
    """
    return dispute.created if dispute.status == "prevented" else dispute.closed_at or clock.now()


def _disputes(snapshot: PaymentSnapshot, bought: Collection[str]) -> list[DisputeSeen]:
    return [dispute for dispute in snapshot.disputes if dispute.payment_intent in bought]


def left_of(snapshot: PaymentSnapshot, intent: str) -> int:
    """Pence of a payment that neither a refund that holds nor a dispute that is over has taken."""
    paid = sum(p.amount_received for p in snapshot.payments if p.intent_id == intent and p.charge_id)
    refunds = [r for r in snapshot.refunds if r.payment_intent == intent and r.status not in REFUND_IS_GONE]
    kept = sum(_kept_by(d) for d in snapshot.disputes if d.payment_intent == intent)
    return paid - sum(refund.amount for refund in refunds) - kept


def _kept_by(dispute: DisputeSeen) -> int:
    """Pence that stayed away for good; none while the dispute is open."""
    return 0 if _is_open(dispute) else dispute.withdrawn_pence


def _is_open(dispute: DisputeSeen) -> bool:
    return dispute.status != "lost" and dispute.status not in DISPUTE_IS_OVER
