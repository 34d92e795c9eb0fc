"""What each operation takes: its parameters, with the limits that Stripe documents."""

from typing import Final

from shop.money import CURRENCY
from shop.standin.parameters import (
    Kind,
    choice,
    each,
    flag,
    labels,
    moment_range,
    shape,
    text,
    whole,
)

LEAST_SECONDS_OPEN: Final = 30 * 60


MOST_SECONDS_OPEN: Final = 24 * 60 * 60


LEAST_CHARGE: Final = 30
"""Pence: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts."""


BIGGEST: Final = 99_999_999


EXPAND: Final[dict[str, Kind]] = {"expand": each(text(), 20)}


PAGE: Final[dict[str, Kind]] = EXPAND | {
    "limit": whole(1, 100),
    "starting_after": text(),
    "ending_before": text(),
    "created": moment_range,
}


def _price(currency: str = CURRENCY) -> Kind:
    product = shape({"name": text(5000), "description": text(40_000), "metadata": labels}, "name")
    return shape(
        {"currency": choice(currency), "unit_amount": whole(0, BIGGEST), "product_data": product},
        "currency",
        "unit_amount",
        "product_data",
    )


def _shipping_option() -> Kind:
    amount = shape({"amount": whole(0, BIGGEST), "currency": choice(CURRENCY)}, "amount", "currency")
    rate = {
        "display_name": text(100),
        "type": choice("fixed_amount"),
        "fixed_amount": amount,
        "metadata": labels,
    }
    return shape({"shipping_rate_data": shape(rate, "display_name", "fixed_amount")}, "shipping_rate_data")


NEW_SESSION: Final = shape(
    EXPAND
    | {
        "mode": choice("payment"),
        "ui_mode": choice("hosted_page"),
        "line_items": each(
            shape({"price_data": _price(), "quantity": whole(1, 999_999)}, "price_data", "quantity")
        ),
        "shipping_options": each(_shipping_option(), 5),
        "adaptive_pricing": shape({"enabled": flag}),
        "billing_address_collection": choice("auto", "required"),
        "client_reference_id": text(200),
        "customer_email": text(800),
        "metadata": labels,
        "payment_intent_data": shape({"metadata": labels, "description": text(1000)}),
        "locale": choice("auto", "en", "en-GB"),
        "submit_type": choice("auto", "pay"),
        "success_url": text(5000),
        "cancel_url": text(5000),
        "expires_at": whole(0),
    },
    "line_items",
    "mode",
    "success_url",
)


def page_of(*filters: str) -> Kind:
    """What a list takes: how much of it, and by what it is narrowed."""
    return shape(PAGE | dict.fromkeys(filters, text()))


NEW_REFUND: Final = shape(
    EXPAND
    | {
        "payment_intent": text(),
        "charge": text(),
        "amount": whole(1, BIGGEST),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": labels,
    }
)
