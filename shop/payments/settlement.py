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
from shop.dedications.vault import Vault
from shop.fulfilment import promised, returns, units
from shop.giving import ledger
from shop.money import pounds_and_pence
from shop.orders.hand_drawings import ask_owner
from shop.orders.lifecycle import CAN_PAY_AGAIN, EventKind, State
from shop.orders.models import Order
from shop.payment_links import payment_links
from shop.payments import refund_posting, supplement_settlement, suspicions
from shop.payments.kinds import EntryKind, RefundReason, RefundState
from shop.payments.order_record import STRIPE, OrderRecord, Written, open_record
from shop.payments.outcome import Outcome, outcome
from shop.payments.payment_page import note_stray
from shop.payments.stripe_snapshot import PaymentSeen, PaymentSnapshot, SessionSeen
from shop.payments.surplus import return_second
from shop.sql import change

MONEY_MOVED: Final = frozenset({State.PART_REFUNDED, State.REFUNDED, State.DISPUTED, State.DISPUTE_LOST})
"""States in which some unit's price may have gone back, and may come again."""


def apply_snapshot(
    session: Session,
    order: Order,
    snapshot: PaymentSnapshot,
    written: Written | None = None,
    *,
    vault: Vault,
) -> bool:
    """Write down what the snapshot shows and is not yet known: money, stock, donation, state, e-mails.

    The order must be locked; `written` as for `open_record`; the `vault` seals what a change takes the place
    of. Posts nothing, and leaves the version alone, when there is nothing new. Gives whether the order owes a
    refund that is still to be sent.
    """
    order_record = open_record(session, order, written)
    _adopt_sessions(order_record, snapshot.sessions)
    supplement_settlement.lock_stock(order_record)
    paid = sorted(
        (p for p in snapshot.payments if p.status == "succeeded" and p.charge_id),
        key=lambda p: (p.created, p.intent_id),
    )
    apart = supplement_settlement.intents_of(snapshot)
    for_order = [payment for payment in paid if payment.intent_id not in apart]
    if for_order:
        _take_principal(order_record, for_order)
        _return_surplus(order_record, for_order)
    if paid:
        refund_posting.post_refunds(order_record, snapshot)
        _post_disputes(order_record, snapshot)
        refund_posting.settle_debts(order_record, snapshot)
    found = outcome(order_record, snapshot)
    _move(order_record, found)
    if order_record.supplements and supplement_settlement.settle(order_record, snapshot, vault):
        found = outcome(order_record, snapshot)
        _move(order_record, found)
    _bring_gifts(order_record, found)
    if snapshot.suspicions and order_record.principal and not order_record.unfillable:
        suspicions.heed(session, order, snapshot.suspicions)
    return any(request.state == RefundState.OWED for request in order_record.requests)


def _adopt_sessions(order_record: OrderRecord, sessions: Sequence[SessionSeen]) -> None:
    """A webhook can be faster than our own note of the session's id: then it is noted here.

    After Stripe has failed there may be several: one that can be, or was, paid is where the buyer was sent.
    """
    supplement_settlement.adopt_pages(order_record, sessions)
    known = {attempt.stripe_id for attempt in order_record.attempts}
    ours = [seen for seen in sessions if seen.client_reference_id == order_record.order.reference]
    for seen in ours:
        if seen.id in known or seen.supplement is not None:
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
        ask_owner(order_record.session, order_record.order, order_record.lines)
    else:
        order_record.ask_refund(intent, paid_pence, RefundReason.UNFILLABLE, "unfillable")
        order_record.record_event(EventKind.SOLD_OUT, at)
        order_record.queue_email("sold-out")


def _return_surplus(order_record: OrderRecord, paid: Sequence[PaymentSeen]) -> None:
    """The buyer paid twice for one order: the second payment goes back in full, and the buyer is told."""
    for payment in paid:
        principal = order_record.principal
        if principal is not None and payment.intent_id != principal.payment_intent:
            return_second(order_record, payment)


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
    """Bring state and stock to where they should stand."""
    order = order_record.order
    if found.gone or order.state in MONEY_MOVED:
        units.follow_money(order_record.session, order, found.gone)
        returns.follow_money(order_record.session, order)
    if found.state == order.state:
        return
    if found.state in {State.EXPIRED, State.FAILED, State.REFUNDED}:
        again = found.state in CAN_PAY_AGAIN  # nothing is left to give back once it was sold
        payment_links.give_back(order_record.session, order.id, order.hold_id, again=again)
    if found.state == State.REFUNDED:
        withdraw_alert(order_record.session, AlertKind.PAYMENT_IN_REVIEW, order.reference)
    change(order_record.session, order, state=found.state)
    if found.state == State.DISPUTED:
        _tell_of_dispute(order_record)
        order_record.queue_email("disputed", f"{found.since or clock.now():%Y%m%d%H%M%S}")
    if EventKind(found.state) not in order_record.recorded:
        order_record.record_event(EventKind(found.state), found.since)


def _bring_gifts(order_record: OrderRecord, found: Outcome) -> None:
    """Bring the gifts to where they should stand: last, for stock is locked before the ledger's head."""
    if found.gifts:
        order = order_record.order
        ledger.bring_to(
            order_record.session,
            book=order.book,
            order_reference=order.reference,
            units=found.gifts,
            first=EventKind.PAID in order_record.recorded,
        )
