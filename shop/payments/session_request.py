"""What the shop asks of the payment page: a pure function from an order's lines to a request."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from shop.money import CURRENCY

LONGEST_NAME: Final = 250
"""Characters of a line's name; Stripe takes more, but nobody reads more on a phone."""

MOST_LINES: Final = 100
"""Stripe's limit of lines in one session (docs.stripe.com/api/checkout/sessions/create)."""


class TooManyLines(Exception):
    """The order has more different lines than a payment page can show."""

    def __init__(self, lines: int) -> None:
        super().__init__(f"a payment page shows at most {MOST_LINES} lines, and this order has {lines}")
        self.lines = lines


def session_request(
    *,
    reference: str,
    attempt: int = 1,
    supplement: int | None = None,
    email: str | None = None,
    lines: Sequence[tuple[str, int, int]],
    postage: tuple[str, int],
    success_url: str,
    cancel_url: str,
    expires_at: int,
) -> dict[str, Any]:
    """A Checkout session's request: its total is exactly `lines` (name, pence each, quantity) and postage.

    `attempt` is which attempt to pay the order it is for, by which its page is told from those of the others;
    with `supplement` it is for that supplement of the order instead.
    `postage` is its name and its pence; `expires_at` is in seconds since 1970 and Stripe takes 30 minutes to
    24 hours from now. Equal lines become one. Postage travels as a line, so that one sum makes the total;
    free postage is left out. Nothing about the order but its reference and that number leaves the shop.

    Raises TooManyLines.
    """
    wanted: Counter[tuple[str, int]] = Counter()
    for name, pence, quantity in lines:
        wanted[plain_name(name), pence] += quantity
    items = [_line(name, pence, quantity) for (name, pence), quantity in wanted.items()]
    label, postage_pence = postage
    if postage_pence:
        items.append(_line(plain_name(label), postage_pence, 1))
    if len(items) > MOST_LINES:
        raise TooManyLines(len(items))
    mark = {"attempt": str(attempt)} if supplement is None else {"supplement": str(supplement)}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": items,
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": reference,
        **({"customer_email": email} if email else {}),
        "metadata": {"order": reference, **mark},
        "payment_intent_data": {"metadata": {"order": reference}},
        "locale": "en-GB",
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": expires_at,
    }


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """A line's name as Stripe can show it: one line of printable characters, never empty."""
    printable = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in name)
    return " ".join(printable.split())[:LONGEST_NAME].strip() or "Necklace"


def _line(name: str, pence: int, quantity: int) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "price_data": {"currency": CURRENCY, "unit_amount": pence, "product_data": {"name": name}},
    }
