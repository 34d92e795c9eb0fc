"""Money is whole pence of one currency; no float ever touches it."""

from typing import Final, NewType

Pence = NewType("Pence", int)
"""An amount in pence sterling, signed where the place that uses it says so."""

CURRENCY: Final = "gbp"
"""ISO 4217, lower case as Stripe writes it. The shop sells in one currency."""


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
