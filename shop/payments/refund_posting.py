"""Writing down what is seen of refunds: what went back, came back from the bank, or is owed no more."""

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.money import pounds_and_pence
from shop.orders.lifecycle import EventKind
from shop.payments.cancelling import is_cancellation
from shop.payments.kinds import ALL_THAT_IS_LEFT, OWED_STILL, EntryKind, RefundState
from shop.payments.models import RefundRequest
from shop.payments.order_record import STRIPE, OrderRecord
from shop.payments.outcome import REFUND_IS_GONE, left_of
from shop.payments.refund_sending import adopt, withdraw_refund_alerts
from shop.payments.stripe_snapshot import PaymentSeen, PaymentSnapshot, RefundSeen


def post_refunds(order_record: OrderRecord, snapshot: PaymentSnapshot) -> None:
    """Every refund that is new, or that came back from the bank."""
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
            bought_it = refund.payment_intent in order_record.bought
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


def settle_debts(order_record: OrderRecord, snapshot: PaymentSnapshot) -> None:
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
