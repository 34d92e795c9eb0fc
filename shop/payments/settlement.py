"""What an order becomes, given everything Stripe knows about it. No network here, and nothing decided twice.

`apply_snapshot` may be called any number of times, with snapshots taken in any order: every fact is posted
under a unique key, and what depends on all of them (the donation, the state) is worked out afresh each time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from shop import clock, stock
from shop.alerts import AlertKind, NewsKind, note_news, raise_alert, withdraw_alert
from shop.fulfilment import promised, returns, units
from shop.giving import ledger
from shop.money import pounds_and_pence
from shop.orders.hand_drawings import ask_owner
from shop.orders.lifecycle import CAN_PAY_AGAIN, EventKind, State
from shop.orders.models import Order
from shop.payment_links import payment_links
from shop.payments import suspicions
from shop.payments.cancelling import is_cancellation
from shop.payments.kinds import ALL_THAT_IS_LEFT, OWED_STILL, EntryKind, RefundReason, RefundState
from shop.payments.models import RefundRequest
from shop.payments.order_record import STRIPE, OrderRecord, Written, open_record
from shop.payments.outcome import REFUND_IS_GONE, Outcome, left_of, outcome
from shop.payments.payment_page import note_stray
from shop.payments.refund_sending import adopt, withdraw_refund_alerts
from shop.payments.stripe_snapshot import PaymentSeen, PaymentSnapshot, RefundSeen, SessionSeen

MONEY_MOVED: Final = frozenset({State.PART_REFUNDED, State.REFUNDED, State.DISPUTED, State.DISPUTE_LOST})
"""States in which some unit's price may have gone back, and may come again."""


def apply_snapshot(
    session: Session, order: Order, snapshot: PaymentSnapshot, written: Written | None = None
) -> bool:
    """Write down what the snapshot shows and is not yet known: money, stock, donation, state, e-mails.

    The order must be locked; `written` as for `open_record`. Posts nothing, and leaves the version alone,
    when there is nothing new. Gives whether the order owes a refund that is still to be sent.
    """
    order_record = open_record(session, order, written)
    _adopt_sessions(order_record, snapshot.sessions)
    paid = sorted(
        (p for p in snapshot.payments if p.status == "succeeded" and p.charge_id),
        key=lambda p: (p.created, p.intent_id),
    )
    if paid:
        _take_principal(order_record, paid)
        _return_surplus(order_record, paid)
        _post_refunds(order_record, snapshot)
        _post_disputes(order_record, snapshot)
        _settle_debts(order_record, snapshot)
    _move(order_record, outcome(order_record, snapshot))
    if snapshot.suspicions and order_record.principal and not order_record.unfillable:
        suspicions.heed(session, order, snapshot.suspicions)
    return any(request.state == RefundState.OWED for request in order_record.requests)


def _adopt_sessions(order_record: OrderRecord, sessions: Sequence[SessionSeen]) -> None:
    """A webhook can be faster than our own note of the session's id: then it is noted here.

    After Stripe has failed there may be several: one that can be, or was, paid is where the buyer was sent.
    """
    known = {attempt.stripe_id for attempt in order_record.attempts}
    for seen in sessions:
        if seen.id in known or seen.client_reference_id != order_record.order.reference:
            continue
        newest = order_record.attempts[-1]
        if order_record.unanswered and (seen.status != "expired" or not newest.tries):
            newest.stripe_id, newest.url = seen.id, seen.url
        else:
            note_stray(order_record.session, order_record.order.id, seen.id)


def _take_principal(order_record: OrderRecord, paid: Sequence[PaymentSeen]) -> None:
    if order_record.principal is not None:
        return
    payment, order = paid[0], order_record.order
    right = payment.amount_received == order.total_pence and payment.currency == order.currency
    order_record.post_entry(
        f"pay:{payment.charge_id}",
        EntryKind.PAYMENT if right else EntryKind.UNEXPLAINED,
        payment,
        payment.amount_received,
    )
    if not right:
        order_record.record_event(
            EventKind.AMOUNT_DIFFERS,
            payment.created,
            expected_pence=order.total_pence,
            received=payment.amount_received,
            currency=payment.currency,
        )
        detail = f"{payment.amount_received} {payment.currency}, not {order.total_pence} {order.currency}"
        raise_alert(order_record.session, AlertKind.PAYMENT_IN_REVIEW, order.reference, detail)
        return
    order_record.record_event(EventKind.PAID, payment.created, amount_pence=payment.amount_received)
    take_stock(order_record, payment.intent_id, payment.amount_received, payment.created)


def take_stock(order_record: OrderRecord, intent: str, paid_pence: int, at: datetime) -> None:
    """Sell what the order holds, or, if it has gone to somebody else, have all of the payment go back."""
    hold, reference = order_record.order.hold_id, order_record.order.reference
    if stock.sell(order_record.session, hold, order_reference=reference, actor=STRIPE) or stock.take_again(
        order_record.session, hold, order_reference=reference, actor=STRIPE
    ):
        order_record.queue_email("order-confirmation")
        note_news(order_record.session, NewsKind.NEW_ORDER, reference)
        promised.freeze(order_record.session, order_record.order, order_record.lines, at)
        units.open_units(order_record.session, order_record.order, order_record.lines, at)
        ask_owner(
            order_record.session,
            order_record.order,
            [line.number for line in order_record.lines if line.by_hand],
        )
    else:
        order_record.ask_refund(intent, paid_pence, RefundReason.UNFILLABLE, "unfillable")
        order_record.record_event(EventKind.SOLD_OUT, at)
        order_record.queue_email("sold-out")


def _return_surplus(order_record: OrderRecord, paid: Sequence[PaymentSeen]) -> None:
    """The buyer paid twice for one order: the second payment goes back in full, and the buyer is told."""
    for payment in paid:
        principal = order_record.principal
        if principal is None or payment.intent_id == principal.payment_intent:
            continue
        if order_record.post_entry(
            f"pay:{payment.charge_id}", EntryKind.SURPLUS, payment, payment.amount_received
        ):
            suffix = f"surplus-{payment.intent_id}"
            order_record.ask_refund(payment.intent_id, payment.amount_received, RefundReason.SURPLUS, suffix)
            order_record.record_event(
                EventKind.PAID_TWICE, payment.created, amount_pence=payment.amount_received
            )
            order_record.queue_email("paid-twice", payment.intent_id)


def _post_refunds(order_record: OrderRecord, snapshot: PaymentSnapshot) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in snapshot.payments}
    for refund in sorted(snapshot.refunds, key=lambda r: (r.created, r.id)):
        payment, ours = payments[refund.payment_intent], _request_of(order_record, refund)
        if refund.status in REFUND_IS_GONE:
            _restore(order_record, refund, payment, ours)
        elif order_record.post_entry(
            f"ref:{refund.id}", EntryKind.REFUND, payment, -refund.amount, about=refund
        ):
            actor = ours.actor if ours else STRIPE
            order_record.record_event(
                EventKind.REFUNDED, refund.created, actor=actor, amount_pence=refund.amount
            )
            principal = order_record.principal
            bought_it = principal and refund.payment_intent == principal.payment_intent
            told = ours and is_cancellation(order_record.session, order_record.order, ours)
            if bought_it and not told and not order_record.unfillable:
                order_record.queue_email("refund", refund.id)


def _request_of(order_record: OrderRecord, refund: RefundSeen) -> RefundRequest | None:
    """What was decided for this refund; None when it was made in Stripe's dashboard."""
    ours = next((r for r in order_record.requests if refund.id == r.stripe_id or refund.mark == r.key), None)
    if ours and ours.stripe_id is None:
        adopt(order_record.session, order_record.order, ours, refund)
    return ours


def _restore(
    order_record: OrderRecord, refund: RefundSeen, payment: PaymentSeen, ours: RefundRequest | None
) -> None:
    """A refund came back from the bank: the money is ours again, and the owner says how it goes back."""
    known = f"ref:{refund.id}" in order_record.entries
    news = known and order_record.post_entry(
        f"ref-failed:{refund.id}",
        EntryKind.REFUND_FAILED,
        payment,
        refund.amount,
        about=refund,
        at=refund.failed_at or clock.now(),
    )
    if ours and ours.state == RefundState.SENT:
        ours.state, ours.refused, news = RefundState.SENT_BACK, refund.status, True
    if news:
        order_record.record_event(EventKind.REFUND_FAILED, refund.failed_at, amount_pence=refund.amount)
        detail = pounds_and_pence(refund.amount)
        raise_alert(order_record.session, AlertKind.REFUND_SENT_BACK, order_record.order.reference, detail)
        order_record.queue_email("refund-returned", refund.id)


def _settle_debts(order_record: OrderRecord, snapshot: PaymentSnapshot) -> None:
    """What went back otherwise, through Stripe's dashboard or a dispute that was lost, is owed no more."""
    seen = {payment.intent_id for payment in snapshot.payments}
    for request in order_record.requests:
        if request.state not in OWED_STILL or request.payment_intent not in seen:
            continue
        left = left_of(snapshot, request.payment_intent)
        if left <= 0:
            request.state = RefundState.WITHDRAWN
            order_record.record_event(EventKind.REFUND_NOT_NEEDED, amount_pence=request.amount_pence)
            withdraw_refund_alerts(order_record.session, order_record.order)
        elif request.reason in ALL_THAT_IS_LEFT and left < request.amount_pence:
            request.amount_pence = left


def _post_disputes(order_record: OrderRecord, snapshot: PaymentSnapshot) -> None:
    payments: dict[str | None, PaymentSeen] = {payment.intent_id: payment for payment in snapshot.payments}
    for dispute in sorted(snapshot.disputes, key=lambda d: (d.created, d.id)):
        posted = [e for e in order_record.entries.values() if e.stripe_id == dispute.id]
        change = -dispute.withdrawn_pence - sum(entry.amount_pence for entry in posted)
        if change:
            kind = EntryKind.DISPUTE_WITHDRAWN if change < 0 else EntryKind.DISPUTE_REINSTATED
            key, payment = f"dis:{dispute.id}:{len(posted) + 1}", payments[dispute.payment_intent]
            order_record.post_entry(key, kind, payment, change, about=dispute, at=dispute.moved_at)
            if change < 0:
                _tell_of_dispute(order_record, pounds_and_pence(-change))


def _tell_of_dispute(order_record: OrderRecord, taken: str = "") -> None:
    detail = f"{taken} taken" if taken else "no money taken yet"
    raise_alert(order_record.session, AlertKind.DISPUTED, order_record.order.reference, detail)


def _move(order_record: OrderRecord, found: Outcome) -> None:
    """Bring gifts, state and stock to where they should stand."""
    order = order_record.order
    if found.gone or order.state in MONEY_MOVED:  # before the ledger: stock is locked before its head
        units.follow_money(order_record.session, order, found.gone)
        returns.follow_money(order_record.session, order)
    if found.gifts:
        ledger.bring_to(
            order_record.session,
            book=order.book,
            order_reference=order.reference,
            units=found.gifts,
        )
    if found.state == order.state:
        return
    if found.state in {State.EXPIRED, State.FAILED, State.REFUNDED}:
        again = found.state in CAN_PAY_AGAIN  # nothing is left to give back once it was sold
        payment_links.give_back(order_record.session, order.id, order.hold_id, again=again)
    if found.state == State.REFUNDED:
        withdraw_alert(order_record.session, AlertKind.PAYMENT_IN_REVIEW, order.reference)
    order.state = found.state
    if found.state == State.DISPUTED:
        _tell_of_dispute(order_record)
        order_record.queue_email("disputed", f"{found.since or clock.now():%Y%m%d%H%M%S}")
    if EventKind(found.state) not in order_record.recorded:
        order_record.record_event(EventKind(found.state), found.since)
