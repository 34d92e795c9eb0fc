"""Stripe's objects about a visit to the payment page, with every field its API always sends.

Each function gives the JSON of a new object. Fields the stand-in has no use for are null or empty, as they
are at Stripe for a shop that uses none of those features. The buyer's address is not kept: nothing is sent.
"""

from typing import Final

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
