"""What is on hand, why, and for whom it is set aside."""

from shop.stock.counts import (
    Discrepancy,
    Level,
    WouldGoNegative,
    adjust,
    check,
    level_of,
    levels,
    return_units,
)
from shop.stock.holds import (
    CountsDisagree,
    SoldOut,
    overdue,
    place_hold,
    release,
    sell,
    take_again,
    together,
)

__all__ = [
    "CountsDisagree",
    "Discrepancy",
    "Level",
    "SoldOut",
    "WouldGoNegative",
    "adjust",
    "check",
    "level_of",
    "levels",
    "overdue",
    "place_hold",
    "release",
    "return_units",
    "sell",
    "take_again",
    "together",
]
