"""Stripe's objects about a payment, with every field its API always sends: see objects.py."""

from typing import Any

from shop.money import CURRENCY
from shop.standin.objects import EMPTY_ADDRESS, METHODS
from shop.standin.store import JSON, new_id, seconds_now


def payment_intent(amount: int, metadata: dict[str, str]) -> JSON:
    """A payment that has not been tried yet."""
    intent_id = new_id("pi_")
    nothing = (
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason "
        "customer customer_account description excluded_payment_method_types last_payment_error "
        "latest_charge managed_payments next_action on_behalf_of payment_method "
        "payment_method_configuration_details processing receipt_email review setup_future_usage "
        "shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
    )
    return dict.fromkeys(nothing.split()) | {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_{new_id('')}",
        "confirmation_method": "automatic",
        "created": seconds_now(),
        "currency": CURRENCY,
        "livemode": False,
        "metadata": metadata,
        "payment_method_options": {},
        "payment_method_types": METHODS,
        "status": "requires_payment_method",
    }


def charge(intent: JSON, *, status: str, method: str, three_d_secure: bool = False) -> JSON:
    """One attempt to take a payment: 'succeeded', 'pending' or 'failed'."""
    succeeded, failed = status == "succeeded", status == "failed"
    nothing = (
        "application application_fee application_fee_amount balance_transaction customer description "
        "failure_balance_transaction failure_code failure_message on_behalf_of receipt_email "
        "receipt_number receipt_url review shipping source source_transfer statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group"
    )
    body = dict.fromkeys(nothing.split()) | {
        "id": new_id("ch_"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if succeeded else 0,
        "amount_refunded": 0,
        "billing_details": {
            "address": dict(EMPTY_ADDRESS),
            **dict.fromkeys(("email", "name", "phone", "tax_id")),
        },
        "calculated_statement_descriptor": "PART OF ME",
        "captured": not failed,
        "created": seconds_now(),
        "currency": intent["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(failed=failed),
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_"),
        "payment_method_details": {"type": method, method: _method(method, three_d_secure=three_d_secure)},
        "refunded": False,
        "status": status,
    }
    if failed:
        body |= {"failure_code": "card_declined", "failure_message": "Your card was declined."}
    return body


def _outcome(*, failed: bool) -> JSON:
    return {
        "advice_code": "try_again_later" if failed else None,
        "network_advice_code": None,
        "network_decline_code": "05" if failed else None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": "generic_decline" if failed else None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank did not return any further details with this decline."
        if failed
        else "Payment complete.",
        "type": "issuer_declined" if failed else "authorized",
    }


def _method(method: str, *, three_d_secure: bool) -> JSON:
    if method == "bacs_debit":
        return {
            "fingerprint": "standinDebit0001",
            "last4": "2345",
            "mandate": new_id("mandate_"),
            "sort_code": "108800",
        }
    unavailable = {"status": "unavailable"}
    return dict.fromkeys(("authorization_code", "installments", "mandate", "network_transaction_id")) | {
        "amount_authorized": None,
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "GB",
        "exp_month": 12,
        "exp_year": 2040,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": "standinCard00001",
        "funding": "credit",
        "incremental_authorization": unavailable,
        "last4": "3220" if three_d_secure else "4242",
        "multicapture": unavailable,
        "network": "visa",
        "network_token": {"used": False},
        "overcapture": {"maximum_amount_capturable": 0, **unavailable},
        "regulated_status": "unregulated",
        "three_d_secure": _three_d_secure() if three_d_secure else None,
        "wallet": None,
    }


def _three_d_secure() -> dict[str, Any]:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": new_id("standin-3ds-"),
        "version": "2.2.0",
    }
