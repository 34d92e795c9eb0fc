"""Money is whole pence of one currency; no float ever touches it."""

import re
from typing import Final

CURRENCY: Final = "gbp"
"""ISO 4217, lower case as Stripe writes it. The shop sells in one currency."""


_AMOUNT: Final = re.compile(r"£?[ \u00a0]?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.([0-9]{2}))?")


class NotAnAmount(Exception):
    """The text is no amount of money."""

    def __init__(self) -> None:
        super().__init__("Please write the amount in pounds, such as 12.50.")


def read_pounds(text: str) -> int:
    """Pence from what people type: 12, 12.50, £1,250.00. Nothing is rounded. Raises NotAnAmount."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise NotAnAmount
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


def pounds(pence: int) -> str:
    """Pence as people write them: 8500 is £85, 8550 is £85.50, -500 is -£5."""
    sign = "-" if pence < 0 else ""
    whole, part = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}" if part == 0 else f"{sign}£{whole:,}.{part:02d}"


def pounds_and_pence(pence: int) -> str:
    """Pence with both decimals always shown, for totals, buttons and tables: 8500 is £85.00."""
    sign = "-" if pence < 0 else ""
    whole, part = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}.{part:02d}"
