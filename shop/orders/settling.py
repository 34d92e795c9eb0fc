"""What an order becomes, given everything Stripe knows about it. No network here, and nothing decided twice.

`settle` may be called any number of times with pictures taken in any order: every fact is posted under a
unique key, and what depends on all of them (the donation, the state) is worked out afresh each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.giving import ledger
from shop.giving.ledger import Standing, UnitTarget
from shop.mail import outbox
from shop.orders.lifecycle import UNPAID, State, lines_of, record
from shop.orders.models import Order, OrderLine
from shop.orders.returned import Returned, returned_units
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.payments.seen import DisputeSeen, PaymentSeen, Picture, RefundSeen, SessionSeen

ACTOR: Final = "stripe"

WHOLE_ORDER: Final = "ORDER"
"""What stands for a piece in the ledger when the policy counts by order."""

REFUND_IS_GONE: Final = frozenset({"failed", "canceled"})
DISPUTE_IS_OVER: Final = frozenset({"won", "warning_closed", "prevented"})
STILL_PAYING: Final = frozenset(
    {"processing", "requires_action", "requires_capture", "requires_confirmation"}
)


@dataclass
class Case:
    """An order with what is already written down about it."""

    session: Session
    order: Order
    lines: Sequence[OrderLine]
    attempts: Sequence[CheckoutAttempt]
    entries: dict[str, PaymentEntry]
    requests: list[RefundRequest]
    told: set[str] = field(default_factory=set)
    """The kinds of events recorded this time."""

    @property
    def principal(self) -> PaymentEntry | None:
        """The payment that bought the goods; others for the same order are surplus."""
        return next((e for e in self.entries.values() if e.kind in {"payment", "unexplained"}), None)

    @property
    def unfillable(self) -> bool:
        """Whether she paid after the last piece had gone, so that all of it goes back."""
        return any(request.reason == "unfillable" for request in self.requests)

    @property
    def unanswered(self) -> bool:
        """Whether a payment page was asked for and may be open although Stripe has not answered yet."""
        return bool(self.attempts) and self.attempts[-1].stripe_id is None


def settle(session: Session, order: Order, picture: Picture) -> None:
    """Write down what the picture shows and is not yet known: money, stock, donation, state, letters.

    The order must be locked. Posts nothing, and leaves the version alone, when there is nothing new.
    """
    case = _open(session, order)
    _adopt_session(case, picture.sessions)
    paid = sorted(
        (p for p in picture.payments if p.status == "succeeded" and p.charge_id),
        key=lambda p: (p.created, p.intent_id),
    )
    if paid:
        _take_principal(case, paid)
        _return_surplus(case, paid)
        _post_refunds(case, picture)
        _post_disputes(case, picture)
    _move(case, *_outcome(case, picture))


def _open(session: Session, order: Order) -> Case:
    entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id))
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id))
    attempts = session.scalars(
        select(CheckoutAttempt).where(CheckoutAttempt.order_id == order.id).order_by(CheckoutAttempt.number)
    )
    return Case(
        session,
        order,
        lines_of(session, order.id),
        attempts.all(),
        {entry.key: entry for entry in entries},
        list(requests),
    )


def _adopt_session(case: Case, sessions: Sequence[SessionSeen]) -> None:
    """A webhook can be faster than our own note of the session's id: then it is noted here."""
    known = {attempt.stripe_id for attempt in case.attempts}
    for seen in sessions:
        if case.unanswered and seen.id not in known and seen.client_reference_id == case.order.reference:
            newest = case.attempts[-1]
            newest.stripe_id, newest.url = seen.id, seen.url


def _take_principal(case: Case, paid: Sequence[PaymentSeen]) -> None:
    if case.principal is not None:
        return
    payment, order = paid[0], case.order
    right = payment.amount_received == order.total_pence and payment.currency == order.currency
    _post(
        case,
        f"pay:{payment.charge_id}",
        "payment" if right else "unexplained",
        payment,
        payment.amount_received,
    )
    if not right:
        _tell(
            case,
            "amount differs",
            payment.created,
            expected_pence=order.total_pence,
            received=payment.amount_received,
            currency=payment.currency,
        )
        return
    _tell(case, "paid", payment.created, amount_pence=payment.amount_received)
    if _take_stock(case):
        _write(case, "order-confirmation")
    else:
        _ask_refund(case, payment.intent_id, order.total_pence, "unfillable", "unfillable")
        _tell(case, "sold out while paying", payment.created)
        _write(case, "sold-out")


def _take_stock(case: Case) -> bool:
    hold, reference = case.order.hold_id, case.order.reference
    return stock.sell(case.session, hold, order_reference=reference, actor=ACTOR) or stock.take_again(
        case.session, hold, order_reference=reference, actor=ACTOR
    )


def _return_surplus(case: Case, paid: Sequence[PaymentSeen]) -> None:
    """She paid twice for one order: the second payment goes back in full, and she is told."""
    for payment in paid:
        principal = case.principal
        if principal is None or payment.intent_id == principal.payment_intent:
            continue
        if _post(case, f"pay:{payment.charge_id}", "surplus", payment, payment.amount_received):
            _ask_refund(
                case, payment.intent_id, payment.amount_received, "surplus", f"surplus-{payment.intent_id}"
            )
            _tell(case, "paid twice", payment.created, amount_pence=payment.amount_received)
            _write(case, "paid-twice", payment.intent_id)


def _post_refunds(case: Case, picture: Picture) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in picture.payments}
    for refund in sorted(picture.refunds, key=lambda r: (r.created, r.id)):
        payment = payments[refund.payment_intent]
        ours = next((r for r in case.requests if r.stripe_id == refund.id), None)
        if refund.status in REFUND_IS_GONE:
            _restore(case, refund, payment, ours)
        elif _post(case, f"ref:{refund.id}", "refund", payment, -refund.amount, about=refund):
            actor = ours.actor if ours else ACTOR
            _tell(case, "refunded", refund.created, actor=actor, amount_pence=refund.amount)
            principal = case.principal
            if not case.unfillable and principal and refund.payment_intent == principal.payment_intent:
                _write(case, "refund", refund.id)


def _restore(case: Case, refund: RefundSeen, payment: PaymentSeen, ours: RefundRequest | None) -> None:
    """A refund came back from her bank: the money is ours again, and the owner may send it anew."""
    known = f"ref:{refund.id}" in case.entries
    news = known and _post(
        case, f"ref-failed:{refund.id}", "refund failed", payment, refund.amount, about=refund
    )
    if ours and ours.refused is None:
        ours.refused, news = refund.status, True
    if news:
        _tell(case, "refund failed", amount_pence=refund.amount)


def _post_disputes(case: Case, picture: Picture) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in picture.payments}
    for dispute in sorted(picture.disputes, key=lambda d: (d.created, d.id)):
        posted = [e for e in case.entries.values() if e.stripe_id == dispute.id]
        change = -dispute.withdrawn_pence - sum(entry.amount_pence for entry in posted)
        if change:
            kind = "dispute withdrawn" if change < 0 else "dispute reinstated"
            key = f"dis:{dispute.id}:{len(posted) + 1}"
            _post(case, key, kind, payments[dispute.payment_intent], change, about=dispute)


def _outcome(case: Case, picture: Picture) -> tuple[State, datetime | None]:
    """The state that everything together amounts to, and when the last of it happened."""
    principal = case.principal
    if principal is None:
        return _unpaid_state(case, picture), None
    if principal.kind == "unexplained":
        return State.REVIEW, principal.event_at
    returned = _returned(case, picture, principal)
    back = sum(item.amount_pence for item in returned)
    open_dispute = any(_is_open(d) for d in _disputes(picture, principal))
    _give(case, returned, held=open_dispute)
    lost = any(dispute.status == "lost" for dispute in _disputes(picture, principal))
    if open_dispute or lost:
        return (State.DISPUTED if open_dispute else State.DISPUTE_LOST), None
    return _paid_state(case, back), None


def _paid_state(case: Case, back: int) -> State:
    if back >= case.order.total_pence:
        return State.REFUNDED
    if case.unfillable:
        return State.REVIEW  # the refund was decided and has not gone through yet
    return State.PART_REFUNDED if back else State.PAID


def _unpaid_state(case: Case, picture: Picture) -> State:
    state = State(case.order.state)
    if state not in UNPAID or not picture.sessions or case.unanswered:
        return state  # nothing expires while a page we have not heard of yet may be open
    intents = {payment.intent_id: payment.status for payment in picture.payments}
    complete = [session for session in picture.sessions if session.status == "complete"]
    if any(intents.get(session.payment_intent or "") in STILL_PAYING for session in complete):
        return State.PROCESSING
    if any(session.status == "open" for session in picture.sessions):
        return state  # once its stock was released only paying again, which takes new stock, opens an order
    return State.FAILED if complete else State.EXPIRED


def _returned(case: Case, picture: Picture, principal: PaymentEntry) -> list[Returned]:
    """Money that is back with the buyer for good, oldest first: refunds that hold and disputes lost."""
    named = {request.stripe_id: tuple(request.lines) for request in case.requests}
    back = [
        (refund.created, refund.id, Returned(refund.amount, named.get(refund.id, ())))
        for refund in picture.refunds
        if refund.payment_intent == principal.payment_intent and refund.status not in REFUND_IS_GONE
    ]
    back += [
        (dispute.created, dispute.id, Returned(dispute.withdrawn_pence))
        for dispute in _disputes(picture, principal)
        if dispute.status == "lost" and dispute.withdrawn_pence > 0
    ]
    return [item for _, _, item in sorted(back, key=lambda row: row[:2])]


def _give(case: Case, returned: Sequence[Returned], *, held: bool) -> None:
    """Bring the donation to what the policy gives for the units she keeps."""
    if case.order.policy_id is None:
        return
    back = returned_units({line.number: line.price_pence for line in case.lines}, returned)
    if case.unfillable:
        back = frozenset(line.number for line in case.lines)
    ledger.bring_to(
        case.session,
        book=case.order.book,
        order_reference=case.order.reference,
        units=_targets(case, back, case.order.policy_id, Standing.HELD if held else Standing.ACCRUED),
        event_at=max(entry.event_at for entry in case.entries.values()),
        actor=ACTOR,
        cause="payment",
    )


def _targets(case: Case, back: frozenset[int], policy_id: int, kept: Standing) -> list[UnitTarget]:
    """Where each gift should stand: one a unit, or one for the order (unit 0) while she keeps any of it."""
    gifts = [(line.number, line.sku, line.donation_pence, line.number in back) for line in case.lines]
    gifts.append((0, WHOLE_ORDER, case.order.donation_pence, len(back) == len(case.lines)))
    return [
        UnitTarget(
            unit=unit,
            sku=sku,
            amount_pence=pence,
            policy_id=policy_id,
            standing=Standing.NONE if returned else kept,
        )
        for unit, sku, pence, returned in gifts
        if pence
    ]


def _disputes(picture: Picture, principal: PaymentEntry) -> list[DisputeSeen]:
    return [d for d in picture.disputes if d.payment_intent == principal.payment_intent]


def _is_open(dispute: DisputeSeen) -> bool:
    return dispute.status != "lost" and dispute.status not in DISPUTE_IS_OVER


def _move(case: Case, state: State, event_at: datetime | None) -> None:
    order = case.order
    if state == order.state:
        return
    if state in {State.EXPIRED, State.FAILED}:
        stock.release(case.session, order.hold_id)
    order.state = state
    order.version += 1
    if state not in case.told:
        _tell(case, str(state), event_at)


def _tell(
    case: Case, kind: str, event_at: datetime | None = None, *, actor: str = ACTOR, **data: object
) -> None:
    """Add to the order's history."""
    case.told.add(kind)
    record(case.session, case.order, kind, actor=actor, event_at=event_at, **data)


def _post(
    case: Case,
    key: str,
    kind: str,
    payment: PaymentSeen,
    amount: int,
    *,
    about: RefundSeen | DisputeSeen | None = None,
) -> bool:
    """Post money once. Give whether it is new."""
    if key in case.entries or amount == 0:
        return False
    entry = PaymentEntry(
        order_id=case.order.id,
        key=key,
        kind=kind,
        stripe_id=about.id if about else payment.charge_id or payment.intent_id,
        payment_intent=payment.intent_id,
        amount_pence=amount,
        currency=payment.currency,
        event_at=about.created if about else payment.created,
        booked_at=clock.now(),
    )
    case.session.add(entry)
    case.entries[key] = entry
    case.order.version += 1
    return True


def _ask_refund(case: Case, intent: str, amount: int, reason: str, suffix: str) -> None:
    request = RefundRequest(
        order_id=case.order.id,
        key=f"order-{case.order.reference}-{suffix}",
        payment_intent=intent,
        amount_pence=amount,
        reason=reason,
        lines=[],
        actor="shop",
        requested_at=clock.now(),
    )
    case.session.add(request)
    case.requests.append(request)


def _write(case: Case, kind: str, about: str = "") -> None:
    key = f"{case.order.reference}:{kind}:{about}"
    outbox.put(case.session, kind=kind, order_id=case.order.id, dedupe_key=key)
