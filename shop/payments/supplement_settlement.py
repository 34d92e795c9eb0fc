"""What becomes of a supplement, given what Stripe knows of it: its change is made, or all of it goes back.

No network here. Like `apply_snapshot`, of which it is a part, it may be done any number of times.
"""

from collections.abc import Sequence
from typing import Any, Final

from shop import clock, stock
from shop.dedications.vault import Vault
from shop.fulfilment.units import SHOP, unit_of
from shop.orders.lifecycle import EventKind
from shop.payments import supplements
from shop.payments.kinds import EntryKind, RefundReason, SupplementState
from shop.payments.models import Supplement
from shop.payments.order_record import STRIPE, OrderRecord
from shop.payments.outcome import STILL_PAYING, left_of
from shop.payments.payment_page import note_stray
from shop.payments.stripe_snapshot import PaymentSeen, PaymentSnapshot, SessionSeen
from shop.payments.surplus import return_second
from shop.payments.unit_exchange import carry_out

SOLD: Final = "The last one was sold to somebody else before the payment reached us."
GIVEN_UP: Final = "It had been given up before it was paid."
NOT_AS_ASKED: Final = "The payment was not as it was asked for."


def intents_of(snapshot: PaymentSnapshot) -> frozenset[str]:
    """The payments that were made on the page of a supplement."""
    pages = (seen for seen in snapshot.sessions if seen.supplement is not None)
    return frozenset(seen.payment_intent for seen in pages if seen.payment_intent)


def adopt_pages(order_record: OrderRecord, sessions: Sequence[SessionSeen]) -> None:
    """Note pages that were heard of before our own note of them; see `settlement`."""
    by_number = {str(one.number): one for one in order_record.supplements}
    known = {one.stripe_id for one in order_record.supplements}
    for seen in sessions:
        if seen.supplement is None or seen.id in known:
            continue
        one = by_number.get(seen.supplement)
        if one and one.stripe_id is None and (seen.status != "expired" or not one.tries):
            one.stripe_id, one.url = seen.id, seen.url
        elif seen.client_reference_id == order_record.order.reference:
            note_stray(order_record.session, order_record.order.id, seen.id)


def lock_stock(order_record: OrderRecord) -> None:
    """Take all stock that a look at an order with an open supplement may move, in the order of locks.

    What the look gives back of other units comes before, and by itself would be taken in the order of those.
    """
    asked = [one for one in order_record.supplements if one.state == SupplementState.ASKED]
    for one in asked:
        stock.lock_hold(order_record.session, one.hold_id)
    if asked:
        moving = {line.variant_id for line in order_record.lines}
        stock.lock(
            order_record.session, moving.union(*({one.from_variant_id, one.variant_id} for one in asked))
        )


def settle(order_record: OrderRecord, snapshot: PaymentSnapshot, vault: Vault) -> bool:
    """Carry out what was paid, or have it go back; end what can be paid no more.

    Gives whether any was paid: then where the order stands must be worked out once more. All else that the
    snapshot shows must have been written down.
    """
    order_record.session.flush()  # whether a change is possible is read from the database
    news = False
    for one in order_record.supplements:
        seen = [page for page in snapshot.sessions if page.supplement == str(one.number)]
        intents = {page.payment_intent for page in seen}
        payments = [payment for payment in snapshot.payments if payment.intent_id in intents]
        paid = [p for p in payments if p.status == "succeeded" and p.charge_id]
        for payment in sorted(paid, key=lambda p: (p.created, p.intent_id)):
            if f"pay:{payment.charge_id}" not in order_record.entries:
                _take(order_record, one, payment, snapshot, vault)
                news = True
        if one.state == SupplementState.ASKED:
            _wait(order_record, one, seen, payments, vault)
    return news


def _take(
    order_record: OrderRecord,
    one: Supplement,
    payment: PaymentSeen,
    snapshot: PaymentSnapshot,
    vault: Vault,
) -> None:
    if one.state in {SupplementState.PAID, SupplementState.RETURNED}:
        return_second(order_record, payment)
        return
    if why := _why_not(order_record, one, payment, snapshot, vault):
        _give_back(order_record, one, payment, snapshot, why)
        return
    session, order = order_record.session, order_record.order
    order_record.post_entry(
        f"pay:{payment.charge_id}", EntryKind.SUPPLEMENT, payment, payment.amount_received
    )
    about: dict[str, Any] = {"lines": [one.line_number], "amount_pence": payment.amount_received}
    order_record.record_event(EventKind.SUPPLEMENT_PAID, payment.created, **about)
    one.state, one.settled_at = SupplementState.PAID, clock.now()
    carry_out(
        session,
        vault,
        order,
        unit_of(session, order.id, one.line_number),
        becomes=supplements.becomes(one),
        actor=one.actor,
        why=supplements.why_asked(session, vault, one),
    )


def _why_not(
    order_record: OrderRecord,
    one: Supplement,
    payment: PaymentSeen,
    snapshot: PaymentSnapshot,
    vault: Vault,
) -> str:
    """Why what was paid for cannot be done; empty when it can, and then its piece is sold."""
    if one.state == SupplementState.ENDED:
        return GIVEN_UP
    right = payment.amount_received == one.expected_pence and payment.currency == order_record.order.currency
    if not right or left_of(snapshot, payment.intent_id) != one.expected_pence:
        return NOT_AS_ASKED
    why = supplements.why_not(order_record.session, vault, order_record.order, one)
    return why or ("" if _sold(order_record, one) else SOLD)


def _sold(order_record: OrderRecord, one: Supplement) -> bool:
    """Sell what is set aside for it, or the same piece again."""
    session, reference = order_record.session, order_record.order.reference
    return stock.sell(session, one.hold_id, order_reference=reference, actor=STRIPE) or stock.take_again(
        session, one.hold_id, order_reference=reference, actor=STRIPE
    )


def _give_back(
    order_record: OrderRecord, one: Supplement, payment: PaymentSeen, snapshot: PaymentSnapshot, why: str
) -> None:
    intent, pence = payment.intent_id, payment.amount_received
    order_record.post_entry(f"pay:{payment.charge_id}", EntryKind.SURPLUS, payment, pence)
    if (left := left_of(snapshot, intent)) > 0:
        order_record.ask_refund(intent, left, RefundReason.NOT_CHANGED, f"not-changed-{intent}")
    about: dict[str, Any] = {"lines": [one.line_number], "amount_pence": pence, "note": why}
    order_record.record_event(EventKind.SUPPLEMENT_RETURNED, payment.created, **about)
    stock.release(order_record.session, one.hold_id)
    one.state, one.settled_at, one.why_returned = SupplementState.RETURNED, clock.now(), why
    order_record.queue_email(supplements.RETURNED_EMAIL, str(one.id))


def _wait(
    order_record: OrderRecord,
    one: Supplement,
    seen: Sequence[SessionSeen],
    payments: Sequence[PaymentSeen],
    vault: Vault,
) -> None:
    """One that is not paid: it ends once none of its pages can be paid, or is being paid.

    What nobody wants or can have any more is not to be paid: `sync_order` closes its page.
    """
    session, order = order_record.session, order_record.order
    if one.left_by is None and supplements.why_not(session, vault, order, one):
        one.left_by = SHOP
    open_ = any(page.status == "open" for page in seen)
    paying = any(payment.status in STILL_PAYING for payment in payments)
    if paying and not open_ and one.paying_at is None:
        one.paying_at = clock.now()
    if open_ or paying or one.stripe_id is None or one.stripe_id not in {page.id for page in seen}:
        return
    end(order_record, one)


def end(order_record: OrderRecord, one: Supplement) -> None:
    """Nobody can pay it any more: its piece is free. Whoever had begun to pay is told so."""
    stock.release(order_record.session, one.hold_id)
    one.state, one.settled_at = SupplementState.ENDED, clock.now()
    if one.paying_at is not None:
        order_record.queue_email(supplements.RETURNED_EMAIL, str(one.id))
    order_record.record_event(
        EventKind.SUPPLEMENT_ENDED, actor=one.left_by or STRIPE, lines=[one.line_number]
    )
