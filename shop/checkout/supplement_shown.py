"""A dearer metal or chain that waits to be paid, or is being paid, as the buyer's own page shows it."""

from collections.abc import Sequence

from shop.frozen import frozen
from shop.fulfilment.units import SHOP
from shop.money import pounds_and_pence
from shop.orders.models import OrderLine
from shop.payments.models import Supplement
from shop.payments.supplements import becomes
from shop.web.dates import minute


@frozen
class SupplementShown:
    """One supplement."""

    number: int
    piece: str
    """Its unit, as a sentence names it."""
    before: str
    becomes: str
    sum: str
    until: str
    is_paying: bool
    """Whether its payment is on its way, which takes days with some ways to pay."""
    is_too_late: bool
    """Whether its change is not possible any more."""


def supplement_shown(found: Supplement | None, lines: Sequence[OrderLine]) -> SupplementShown | None:
    """The supplement of an order that waits; None when there is none."""
    if found is None:
        return None
    name = next(line.piece_name for line in lines if line.number == found.line_number)
    alone = [line.piece_name for line in lines].count(name) == 1
    return SupplementShown(
        number=found.number,
        piece=f"your {name}" if alone else f"the {name}, piece {found.line_number},",
        before=found.before,
        becomes=becomes(found).detail,
        sum=pounds_and_pence(found.expected_pence),
        until=minute(found.expires_at),
        is_paying=found.paying_at is not None,
        is_too_late=found.left_by == SHOP,
    )
