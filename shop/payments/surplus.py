"""A payment that bought nothing goes back in full, and the buyer is told."""

from shop.orders.lifecycle import EventKind
from shop.payments.kinds import EntryKind, RefundReason
from shop.payments.order_record import OrderRecord
from shop.payments.stripe_snapshot import PaymentSeen


def return_second(order_record: OrderRecord, payment: PaymentSeen) -> bool:
    """Send back what was paid a second time. Give whether it is new."""
    intent, pence = payment.intent_id, payment.amount_received
    if not order_record.post_entry(f"pay:{payment.charge_id}", EntryKind.SURPLUS, payment, pence):
        return False
    order_record.ask_refund(intent, pence, RefundReason.SURPLUS, f"surplus-{intent}")
    order_record.record_event(EventKind.PAID_TWICE, payment.created, amount_pence=pence)
    order_record.queue_email("paid-twice", intent)
    return True
