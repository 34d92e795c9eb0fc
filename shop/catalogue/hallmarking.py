"""What UK law asks of how a piece is described before it may be offered.

Sources: Hallmarking Act 1973 (exemption weights, Schedule 1; descriptions, section 1 and Schedule 2); the
British Hallmarking Council's guidance on plated articles asks for 'gold plated' and 'silver' in one breath.
"""

from typing import Final

SILVER_HALLMARK_FROM_MG: Final = 7780
"""A silver article of 7.78 g or more must be hallmarked; the weight is of all its metal, chain included."""

CANCEL_DAYS: Final = 14
"""Days after its arrival in which a piece without engraving may be sent back, for any reason or none.

Consumer Contracts Regulations 2013, regulation 30; pieces made to the buyer's own words are exempt
(28(1)(b)).
"""


class MisleadingMetal(Exception):
    """A metal's name says gold, but not that it is a plating on silver."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} must say 'gold plated' and 'silver' when the gold is a plating on silver."
        )


class NeedsHallmark(Exception):
    """A variant is too heavy to be sold without a hallmark."""

    def __init__(self, sku: str, weight_mg: int, from_mg: int) -> None:
        self.sku = sku
        self.weight_mg = weight_mg
        self.from_mg = from_mg
        super().__init__(
            f"{sku} weighs {weight_mg / 1000:.2f} g. From {from_mg / 1000:.2f} g on it must be hallmarked."
        )


def check_metal_name(name: str) -> None:
    """Check a metal's name. Raises MisleadingMetal."""
    said = name.lower()
    if "gold" in said and not ("plated" in said and "silver" in said):
        raise MisleadingMetal(name)


def check_weight(sku: str, weight_mg: int, *, from_mg: int, hallmarked: bool) -> None:
    """Check a variant's weight against its metal's exemption. Raises NeedsHallmark."""
    if weight_mg >= from_mg and not hallmarked:
        raise NeedsHallmark(sku, weight_mg, from_mg)
