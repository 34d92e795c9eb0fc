"""Stripe's objects about money that has moved: balance transactions, refunds, disputes and payouts."""

from typing import Final

from shop.money import CURRENCY
from shop.standin.store import JSON, new_id, seconds_now

DAY: Final = 24 * 60 * 60
DAYS_PENDING: Final = 2

FEE_RATE_PER_THOUSAND: Final = 15
FEE_FIXED: Final = 20
"""A sample fee: 1.5% and 20p. What Stripe takes depends on card and contract (stripe.com/gb/pricing)."""

DISPUTE_FEE: Final = 2000
"""A sample fee for a dispute, in pence. It is kept even when the dispute is won."""

EVIDENCE: Final = """
access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal
customer_communication customer_email_address customer_name customer_purchase_ip customer_signature
duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt
refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation
shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number
uncategorized_file uncategorized_text
"""
"""The names of a dispute's evidence, all of them empty here."""


def charge_fee(amount: int) -> int:
    """The sample fee on a charge, in pence, rounded half up."""
    return (amount * FEE_RATE_PER_THOUSAND + 500) // 1000 + FEE_FIXED


def balance_transaction(kind: str, amount: int, *, source: str, category: str, fee: int = 0) -> JSON:
    """Money into (positive) or out of (negative) the balance. `category` is the reporting category."""
    details = {
        "amount": fee,
        "application": None,
        "currency": CURRENCY,
        "description": "Sample processing fee",
        "type": "stripe_fee",
    }
    created = seconds_now()
    return {
        "id": new_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + DAYS_PENDING * DAY,
        "balance_type": "payments",
        "created": created,
        "currency": CURRENCY,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": "pending",
        "type": kind,
    }


def refund(charge: JSON, amount: int, *, reason: str | None, metadata: dict[str, str]) -> JSON:
    """A refund that has gone through."""
    body: JSON = {
        "id": new_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": seconds_now(),
        "currency": CURRENCY,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    if charge["payment_method_details"]["type"] == "card":
        details = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
        body["destination_details"] = {"type": "card", "card": {**details, "type": "refund"}}
    return body


def dispute(charge: JSON, amount: int, *, inquiry: bool) -> JSON:
    """A dispute the bank has just opened; an inquiry takes no money."""
    created = seconds_now()
    body: JSON = {
        "id": new_id("dp_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": CURRENCY,
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE.split()), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + 7 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "general",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    if charge["payment_method_details"]["type"] == "card":
        case = {
            "brand": "visa",
            "case_type": "inquiry" if inquiry else "chargeback",
            "network": "visa",
            "network_reason_code": "13.1",
        }
        body["payment_method_details"] = {"type": "card", "card": case}
    return body


def payout(amount: int, *, automatic: bool = True, days: int = 0) -> JSON:
    """A payout that has arrived, or does in so many days; of one made by hand Stripe tells no contents."""
    created = seconds_now()
    nothing = (
        "application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code "
        "failure_message original_payout payout_method reversed_by statement_descriptor"
    )
    return dict.fromkeys(nothing.split()) | {
        "id": new_id("po_"),
        "object": "payout",
        "amount": amount,
        "arrival_date": created + days * DAY,
        "automatic": automatic,
        "created": created,
        "currency": CURRENCY,
        "description": "STRIPE PAYOUT",
        "destination": new_id("ba_"),
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "source_type": "card",
        "status": "in_transit" if days else "paid",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
