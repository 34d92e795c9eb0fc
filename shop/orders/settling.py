"""What an order becomes, given everything Stripe knows about it. No network here, and nothing decided twice.

`settle` may be called any number of times with pictures taken in any order: every fact is posted under a
unique key, and what depends on all of them (the donation, the state) is worked out afresh each time.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from shop import stock
from shop.giving import ledger
from shop.orders.case import STRIPE, Case, open_case
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.orders.outcome import REFUND_IS_GONE, Outcome, outcome
from shop.payments.models import RefundRequest
from shop.payments.seen import PaymentSeen, Picture, RefundSeen, SessionSeen


def settle(session: Session, order: Order, picture: Picture) -> None:
    """Write down what the picture shows and is not yet known: money, stock, donation, state, letters.

    The order must be locked. Posts nothing, and leaves the version alone, when there is nothing new.
    """
    case = open_case(session, order)
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
    _move(case, outcome(case, picture))


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
    case.post(
        f"pay:{payment.charge_id}",
        "payment" if right else "unexplained",
        payment,
        payment.amount_received,
    )
    if not right:
        case.tell(
            "amount differs",
            payment.created,
            expected_pence=order.total_pence,
            received=payment.amount_received,
            currency=payment.currency,
        )
        return
    case.tell("paid", payment.created, amount_pence=payment.amount_received)
    if _take_stock(case):
        case.write("order-confirmation")
    else:
        case.ask_refund(payment.intent_id, order.total_pence, "unfillable", "unfillable")
        case.tell("sold out while paying", payment.created)
        case.write("sold-out")


def _take_stock(case: Case) -> bool:
    hold, reference = case.order.hold_id, case.order.reference
    return stock.sell(case.session, hold, order_reference=reference, actor=STRIPE) or stock.take_again(
        case.session, hold, order_reference=reference, actor=STRIPE
    )


def _return_surplus(case: Case, paid: Sequence[PaymentSeen]) -> None:
    """She paid twice for one order: the second payment goes back in full, and she is told."""
    for payment in paid:
        principal = case.principal
        if principal is None or payment.intent_id == principal.payment_intent:
            continue
        if case.post(f"pay:{payment.charge_id}", "surplus", payment, payment.amount_received):
            case.ask_refund(
                payment.intent_id, payment.amount_received, "surplus", f"surplus-{payment.intent_id}"
            )
            case.tell("paid twice", payment.created, amount_pence=payment.amount_received)
            case.write("paid-twice", payment.intent_id)


def _post_refunds(case: Case, picture: Picture) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in picture.payments}
    for refund in sorted(picture.refunds, key=lambda r: (r.created, r.id)):
        payment = payments[refund.payment_intent]
        ours = next((r for r in case.requests if r.stripe_id == refund.id), None)
        if refund.status in REFUND_IS_GONE:
            _restore(case, refund, payment, ours)
        elif case.post(f"ref:{refund.id}", "refund", payment, -refund.amount, about=refund):
            actor = ours.actor if ours else STRIPE
            case.tell("refunded", refund.created, actor=actor, amount_pence=refund.amount)
            principal = case.principal
            if not case.unfillable and principal and refund.payment_intent == principal.payment_intent:
                case.write("refund", refund.id)


def _restore(case: Case, refund: RefundSeen, payment: PaymentSeen, ours: RefundRequest | None) -> None:
    """A refund came back from her bank: the money is ours again, and the owner may send it anew."""
    known = f"ref:{refund.id}" in case.entries
    news = known and case.post(
        f"ref-failed:{refund.id}", "refund failed", payment, refund.amount, about=refund
    )
    if ours and ours.refused is None:
        ours.refused, news = refund.status, True
    if news:
        case.tell("refund failed", amount_pence=refund.amount)


def _post_disputes(case: Case, picture: Picture) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in picture.payments}
    for dispute in sorted(picture.disputes, key=lambda d: (d.created, d.id)):
        posted = [e for e in case.entries.values() if e.stripe_id == dispute.id]
        change = -dispute.withdrawn_pence - sum(entry.amount_pence for entry in posted)
        if change:
            kind = "dispute withdrawn" if change < 0 else "dispute reinstated"
            key = f"dis:{dispute.id}:{len(posted) + 1}"
            case.post(key, kind, payments[dispute.payment_intent], change, about=dispute)


def _move(case: Case, found: Outcome) -> None:
    """Bring gifts, state and stock to where they should stand."""
    order = case.order
    if found.gifts:
        ledger.bring_to(
            case.session,
            book=order.book,
            order_reference=order.reference,
            units=found.gifts,
            event_at=max(entry.event_at for entry in case.entries.values()),
            actor=STRIPE,
            cause="payment",
        )
    if found.state == order.state:
        return
    if found.state in {State.EXPIRED, State.FAILED}:
        stock.release(case.session, order.hold_id)
    order.state = found.state
    if found.state not in case.told:
        case.tell(str(found.state))
