"""Amounts in any currency, as sentences say them."""

from typing import Final

from shop.money import CURRENCY, pounds_and_pence

WITHOUT_PARTS: Final = frozenset(
    {
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    }
)
"""Currencies that Stripe counts in whole units: docs.stripe.com/currencies#zero-decimal."""


def amount_in(currency: str, amount: int) -> str:
    """An amount in the currency's least unit, as text."""
    if currency == CURRENCY:
        return pounds_and_pence(amount)
    if currency in WITHOUT_PARTS:
        return f"{amount:,} {currency.upper()}"
    sign, whole, part = "-" if amount < 0 else "", *divmod(abs(amount), 100)
    return f"{sign}{whole:,}.{part:02} {currency.upper()}"
