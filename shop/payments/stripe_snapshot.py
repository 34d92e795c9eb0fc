"""What was seen at Stripe, in the shop's own words: plain frozen records, no Stripe types.

Amounts are pence of the record's currency; moments are aware UTC datetimes.
"""

from dataclasses import field
from datetime import datetime
from typing import Any

from shop.frozen import frozen


@frozen(kw_only=True)
class SessionSeen:
    """One visit to the hosted payment page."""

    id: str
    url: str | None
    """Where the buyer pays; None once the session is no longer open."""
    status: str
    """'open', 'complete' or 'expired'."""
    payment_status: str
    """'paid', 'unpaid' or 'no_payment_required'."""
    amount_total: int
    currency: str
    livemode: bool
    client_reference_id: str | None
    attempt: str | None
    """Which attempt to pay its order it was made for, by its request's metadata."""
    supplement: str | None = None
    """Which supplement of its order it was made for instead, by the same."""
    payment_intent: str | None
    expires_at: datetime


@frozen(kw_only=True)
class PaymentSeen:
    """One payment intent and the charge that paid it."""

    intent_id: str
    status: str
    """Stripe's word: 'succeeded', 'processing', 'requires_payment_method', 'canceled' ..."""
    charge_id: str | None
    """The charge that succeeded; None while there is none (a declined or pending one does not count)."""
    amount_received: int
    currency: str
    created: datetime
    """When the charge was made; while there is none, when the payment was begun."""


@frozen(kw_only=True)
class RefundSeen:
    """One refund, whoever made it."""

    id: str
    status: str
    """'pending', 'requires_action', 'succeeded', 'failed' or 'canceled'."""
    amount: int
    created: datetime
    payment_intent: str | None
    mark: str | None = None
    """The key of the RefundRequest it carries out; None when it was made in Stripe's dashboard."""
    failed_at: datetime | None = None
    """When the money of a refund that failed came back."""


@frozen(kw_only=True)
class DisputeSeen:
    """One dispute and what it has taken from the balance so far."""

    id: str
    status: str
    """Stripe's word: 'needs_response', 'under_review', 'won', 'lost', 'warning_closed' ..."""
    amount: int
    withdrawn_pence: int
    """Taken less given back, by the balance transactions; the bank's fee is not part of it."""
    created: datetime
    payment_intent: str | None
    moved_at: datetime
    """When it last took money or gave it back; when it was opened, if it never did."""
    closed_at: datetime | None = None
    """When the bank decided; None while it has not, or when Stripe tells no more when it was."""


@frozen(kw_only=True)
class SuspicionSeen:
    """An early fraud warning of the bank that issued the card, or a review that Radar asks a person for."""

    id: str
    kind: str
    """'warning' or 'review'."""
    open: bool
    """Whether something can still be done about it."""
    reason: str
    """Stripe's word: why it was raised, or, once it is closed, what came of it: 'approved', 'refunded' ..."""
    created: datetime


@frozen(kw_only=True)
class PaymentSnapshot:
    """Everything Stripe knows about an order's payments at one moment."""

    sessions: tuple[SessionSeen, ...] = ()
    payments: tuple[PaymentSeen, ...] = ()
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()
    suspicions: tuple[SuspicionSeen, ...] = ()


@frozen(kw_only=True)
class EventSeen:
    """One verified message to the webhook. It says where to look; what is true is asked for."""

    id: str
    type: str
    api_version: str | None
    livemode: bool
    created: datetime
    object: dict[str, Any] = field(repr=False)
    session_id: str | None
    payment_intent: str | None
    charge: str | None
    order_reference: str | None


@frozen(kw_only=True)
class MoveSeen:
    """One balance transaction: money into or out of the balance at Stripe."""

    id: str
    type: str
    reporting_category: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str | None
    created: datetime
    available_on: datetime
    status: str
    """'pending' or 'available'."""


@frozen(kw_only=True)
class PayoutSeen:
    """One payout from the balance to the bank."""

    id: str
    status: str
    """'pending', 'in_transit', 'paid', 'failed' or 'canceled'."""
    amount: int
    currency: str
    automatic: bool
    """False of one that somebody made by hand: what is in it cannot be asked for."""
    balance_transaction: str | None
    failure_code: str | None
    failure_balance_transaction: str | None
    reconciliation_status: str
    trace: str | None
    """By which the bank can find it."""
    arrives: datetime
    created: datetime


@frozen(kw_only=True)
class BalanceSeen:
    """What lies at Stripe, in pence sterling."""

    available: int
    pending: int
