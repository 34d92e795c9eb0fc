"""What an order's payment leaves behind: the attempt, the money, what went back, and the e-mails about it."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shop.catalogue.postage import CHEAPEST
from shop.demo.rows import MINUTE, Chosen, Rows
from shop.demo.story import Fate, Told
from shop.mail.models import QueuedEmail
from shop.money import CURRENCY
from shop.payments.kinds import EntryKind, RefundReason, RefundState
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.payments.session_request import session_request
from shop.stock.holds import PAYMENT_WINDOW
from shop.webhooks.models import InboxEvent

OWNER: Final = "demo"

KEYS: Final = {
    EntryKind.PAYMENT: "pay:{}",
    EntryKind.REFUND: "ref:{}",
    EntryKind.DISPUTE_WITHDRAWN: "dis:{}:1",
}
"""See PaymentEntry.key."""


def attempt(rows: Rows, order: Told, reference: str, units: Sequence[Chosen], site_url: str) -> None:
    """The payment page that Stripe was asked for."""
    expires_at = order.placed_at + PAYMENT_WINDOW
    names = Counter((unit.piece.name, unit.variant.metal_name, unit.variant.price_pence) for unit in units)
    request = session_request(
        reference=reference,
        lines=[(f"{name}, {metal}", pence, count) for (name, metal, pence), count in names.items()],
        postage=(CHEAPEST.name, CHEAPEST.pence),
        success_url=f"{site_url}/checkout/thanks?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=f"{site_url}/checkout/payment",
        expires_at=int(expires_at.timestamp()),
    )
    rows.put(
        CheckoutAttempt, order_id=order.number, number=1, key=f"order-{reference}-session-1", tries=0,
        request=request, expires_at=expires_at, stripe_id=f"cs_demo_{order.number:010d}", url=None,
        created_at=order.placed_at,
    )  # fmt: skip


def paid(rows: Rows, order: Told, reference: str, units: Sequence[Chosen], total: int) -> None:
    """What came in, what went back of it, and what the buyer was told."""
    charge, paid_at = f"ch_demo_{order.number:010d}", order.placed_at + MINUTE
    _entry(rows, order, EntryKind.PAYMENT, charge, total, at=paid_at)
    rows.put(
        InboxEvent, id=f"evt_demo_{order.number:010d}", type="checkout.session.completed",
        object_id=f"cs_demo_{order.number:010d}", payment_intent=_intent(order), created_at=paid_at,
        received_at=paid_at, order_id=order.number, due_at=None, done_at=paid_at, attempts=1,
    )  # fmt: skip
    _email(rows, order, reference, "order-confirmation", at=order.placed_at + 2 * MINUTE)
    if order.fate is Fate.DISPUTED:
        dispute = f"dp_demo_{order.number:010d}"
        _entry(rows, order, EntryKind.DISPUTE_WITHDRAWN, dispute, -total, at=order.later_at)
    if order.fate in {Fate.REFUNDED, Fate.PART_REFUNDED}:
        _refund(rows, order, reference, units, total)


def _refund(rows: Rows, order: Told, reference: str, units: Sequence[Chosen], total: int) -> None:
    whole = order.fate is Fate.REFUNDED
    pence, refund = total if whole else units[0].variant.price_pence, f"re_demo_{order.number:010d}"
    _entry(rows, order, EntryKind.REFUND, refund, -pence, at=order.later_at)
    rows.put(
        RefundRequest, order_id=order.number, key=f"order-{reference}-refund-1",
        payment_intent=_intent(order), amount_pence=pence, reason=RefundReason.OWNER,
        lines=list(range(1, len(units) + 1)) if whole else [1], with_postage=whole, actor=OWNER,
        requested_at=order.later_at, state=RefundState.SENT, stripe_id=refund, refused=None, tries=0,
        next_try_at=order.later_at, claimed_until=None,
    )  # fmt: skip
    _email(rows, order, reference, "refund", at=order.later_at, about=refund)


def _entry(rows: Rows, order: Told, kind: EntryKind, about: str, pence: int, *, at: datetime) -> None:
    rows.put(
        PaymentEntry, order_id=order.number, key=KEYS[kind].format(about), kind=kind, stripe_id=about,
        payment_intent=_intent(order), amount_pence=pence, currency=CURRENCY, event_at=at, booked_at=at,
    )  # fmt: skip


def _email(rows: Rows, order: Told, reference: str, kind: str, *, at: datetime, about: str = "") -> None:
    rows.put(
        QueuedEmail, kind=kind, order_id=order.number, dedupe_key=f"{reference}:{kind}:{about}",
        message_id=f"<{secrets.token_hex(16)}@in-remembrance.invalid>", created_at=at, due_at=at,
        attempts=1, leased_until=None, sent_at=at + MINUTE, dropped=None, asked_by=None,
    )  # fmt: skip


def _intent(order: Told) -> str:
    return f"pi_demo_{order.number:010d}"
