"""VAT within a full price, for a seller who is registered for it."""

from typing import Final

STANDARD_RATE_PERCENT: Final = 20
"""Jewellery, its engraving and its postage are standard-rated (gov.uk, "VAT rates on different goods")."""


def vat_within(pence: int) -> int:
    """Pence of VAT in a full price: a sixth of it at 20%.

    Rounded down to a whole penny on the total of an order, as HMRC lets an invoice be (VAT guide, notice
    700, 17.5.1).
    """
    return pence * STANDARD_RATE_PERCENT // (100 + STANDARD_RATE_PERCENT)
