"""Stripe's objects about a visit to the payment page, with every field its API always sends.

Each function gives the JSON of a new object. Fields the stand-in has no use for are null or empty, as they
are at Stripe for a shop that uses none of those features. The buyer's address is not kept: nothing is sent.
"""

from typing import Any, Final

from shop.money import CURRENCY
from shop.standin.store import JSON, new_id, seconds_now

METHODS: Final = ["card", "bacs_debit"]
EMPTY_ADDRESS: Final = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def session(params: JSON, *, pay_page: str) -> tuple[JSON, list[JSON]]:
    """A checkout.session and its line items. `pay_page` is the address of the payment pages."""
    session_id = new_id("cs_test_")
    items = [item(line) for line in params["line_items"]]
    goods = sum(line["amount_total"] for line in items)
    postage, options = _shipping(params.get("shipping_options", []))
    postage_pence = postage["amount_total"] if postage else 0
    body = _session_defaults() | {
        "id": session_id,
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", True)},
        "amount_subtotal": goods,
        "amount_total": goods + postage_pence,
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": seconds_now(),
        "currency": CURRENCY,
        "expires_at": params["expires_at"],
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "shipping_cost": postage,
        "shipping_options": options,
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": postage_pence, "amount_tax": 0},
        "url": f"{pay_page}/{session_id}",
    }
    return body, items


def _session_defaults() -> JSON:
    nothing = (
        "after_expiration allow_promotion_codes client_secret collected_information consent "
        "consent_collection currency_conversion customer customer_account customer_details "
        "customer_email discounts integration_identifier invoice invoice_creation managed_payments "
        "origin_context payment_intent payment_link payment_method_configuration_details permissions "
        "recovered_from saved_payment_method_options setup_intent shipping_address_collection "
        "subscription wallet_options"
    )
    return dict.fromkeys(nothing.split()) | {
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer_creation": "if_required",
        "livemode": False,
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": METHODS,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "status": "open",
        "ui_mode": "hosted_page",
    }


def _shipping(options: list[JSON]) -> tuple[JSON | None, list[JSON]]:
    """What the first option costs (the one Stripe's page has chosen at first), and all options."""
    shown = [
        {
            "shipping_amount": option["shipping_rate_data"]["fixed_amount"]["amount"],
            "shipping_rate": new_id("shr_"),
        }
        for option in options
    ]
    if not shown:
        return None, []
    pence = shown[0]["shipping_amount"]
    chosen = {
        "amount_subtotal": pence,
        "amount_tax": 0,
        "amount_total": pence,
        "shipping_rate": shown[0]["shipping_rate"],
    }
    return chosen, shown


def item(line: JSON) -> JSON:
    """One line of a session, with the price made for it."""
    price = line["price_data"]
    total = price["unit_amount"] * line["quantity"]
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "metadata": {},
        "price": {
            "id": new_id("price_"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": seconds_now(),
            "currency": price["currency"],
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": new_id("prod_"),
            "recurring": None,
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": line["quantity"],
    }


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
