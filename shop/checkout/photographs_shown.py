"""The photographs of an order's artwork, as its page speaks of them: what follows when they are erased."""

from collections.abc import Collection
from typing import Final

from shop.orders.view import OrderView

LOOKED_AT: Final = "We can then no longer hold your piece against it, nor trace it anew."
NOT_YET: Final = (
    "We have not looked at your artwork yet. We would then look at its outline alone, and could not trace it "
    "anew."
)


def photographs_shown(order: OrderView, kept: Collection[tuple[int, str]]) -> str:
    """What follows for the bench when they are erased; nothing when none is kept."""
    numbers = {number for number, _ in kept}
    if not numbers:
        return ""
    waits = any(line.row.number in numbers and not line.may_be_cut for line in order.lines)
    return NOT_YET if waits else LOOKED_AT
