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
    lock,
    movements,
    return_units,
)
from shop.stock.holds import (
    CountsDisagree,
    SoldOut,
    held_by,
    note_wanted,
    place_hold,
    release,
    sell,
    take_again,
)
from shop.stock.shares import Asker, ShareTaken, covers, forget_networks, plenty

__all__ = [
    "Asker",
    "ByHand",
    "CountsDisagree",
    "Discrepancy",
    "Level",
    "ShareTaken",
    "SoldOut",
    "WouldGoNegative",
    "adjust",
    "check",
    "covers",
    "forget_networks",
    "held_by",
    "level_of",
    "levels",
    "lock",
    "movements",
    "note_wanted",
    "place_hold",
    "plenty",
    "release",
    "return_units",
    "sell",
    "take_again",
]
