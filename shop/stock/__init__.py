"""What is on hand, why, and for whom it is set aside."""

from shop.stock.counts import (
    ByHand,
    Discrepancy,
    Level,
    WouldGoNegative,
    adjust,
    check,
    level_of,
    levels,
    movements,
    return_units,
)
from shop.stock.holds import (
    CountsDisagree,
    SoldOut,
    held_by,
    overdue,
    place_hold,
    release,
    sell,
    take_again,
    together,
)

__all__ = [
    "ByHand",
    "CountsDisagree",
    "Discrepancy",
    "Level",
    "SoldOut",
    "WouldGoNegative",
    "adjust",
    "check",
    "held_by",
    "level_of",
    "levels",
    "movements",
    "overdue",
    "place_hold",
    "release",
    "return_units",
    "sell",
    "take_again",
    "together",
]
