"""What Stripe must know of an order if our entries are right: from them alone, without asking."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from shop.orders.lifecycle import State
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.payments.order_record import BOUGHT, OrderRecord
from shop.payments.stripe_snapshot import DisputeSeen, PaymentSeen, PaymentSnapshot, RefundSeen

PAID: frozenset[EntryKind] = BOUGHT | {EntryKind.SURPLUS}
OVER, LOST, OPEN = "won", "lost", "needs_response"
"""Stripe's words for a dispute's end, in which what it kept is kept, and for one that is open."""


def own_snapshots(record: OrderRecord) -> list[PaymentSnapshot]:
    """Each way in which the entries can be read, the likeliest first.

    Entries do not say of several disputes which is open: of a disputed order all may be, or one that took
    nothing (yet), the others being over.
    """
    entries = list(record.entries.values())
    known = PaymentSnapshot(
        payments=tuple(_payment(entry) for entry in entries if entry.kind in PAID),
        refunds=tuple(_refunds(entries)),
        disputes=tuple(_disputes(entries, _ended_as(record))),
    )
    if record.order.state != State.DISPUTED or record.principal is None:
        return [known]
    asks = replace(known, disputes=(*known.disputes, _that_took_nothing(record.principal)))
    readings = [known if known.disputes else asks]
    if known.disputes:
        over = tuple(_disputes(entries, LOST))
        readings.append(replace(asks, disputes=(*over, asks.disputes[-1])))
    return readings


def _ended_as(record: OrderRecord) -> str:
    if record.order.state == State.DISPUTED:
        return OPEN
    return LOST if record.order.state == State.DISPUTE_LOST else OVER


def _payment(entry: PaymentEntry) -> PaymentSeen:
    return PaymentSeen(
        intent_id=entry.payment_intent,
        status="succeeded",
        charge_id=entry.stripe_id,
        amount_received=entry.amount_pence,
        currency=entry.currency,
        created=entry.event_at,
    )


def _refunds(entries: Sequence[PaymentEntry]) -> list[RefundSeen]:
    failed = {entry.stripe_id for entry in entries if entry.kind == EntryKind.REFUND_FAILED}
    return [
        RefundSeen(
            id=entry.stripe_id,
            status="failed" if entry.stripe_id in failed else "succeeded",
            amount=-entry.amount_pence,
            created=entry.event_at,
            payment_intent=entry.payment_intent,
        )
        for entry in entries
        if entry.kind == EntryKind.REFUND
    ]


def _disputes(entries: Sequence[PaymentEntry], status: str) -> list[DisputeSeen]:
    moved: dict[str, list[PaymentEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind in {EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED}:
            moved[entry.stripe_id].append(entry)
    return [
        DisputeSeen(
            id=found,
            status=status,
            amount=-rows[0].amount_pence,
            withdrawn_pence=-sum(row.amount_pence for row in rows),
            created=rows[0].event_at,
            payment_intent=rows[0].payment_intent,
            moved_at=rows[-1].event_at,
            closed_at=rows[-1].event_at,
        )
        for found, rows in moved.items()
    ]


def _that_took_nothing(principal: PaymentEntry) -> DisputeSeen:
    return DisputeSeen(
        id="an inquiry",
        status=OPEN,
        amount=principal.amount_pence,
        withdrawn_pence=0,
        created=principal.event_at,
        payment_intent=principal.payment_intent,
        moved_at=principal.event_at,
    )
