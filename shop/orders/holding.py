"""Stock for an order about to be paid: set aside, or only written down where a network has its share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from shop import stock


@dataclass(frozen=True)
class Asking:
    """Who asks for stock: a keyed digest of the network, and whether to do without its being set aside."""

    network: str | None = None
    without: bool = False


ANYBODY: Final = Asking()


def set_aside(session: Session, variant_ids: Sequence[int], lasts: timedelta, asking: Asking) -> int:
    """The id of a hold of these units. Raises stock.SoldOut, or stock.ShareTaken unless done without."""
    wanted = Counter(variant_ids)
    try:
        return stock.place_hold(session, wanted, lasts, network=asking.network)
    except stock.ShareTaken:
        if not asking.without:
            raise
        return stock.note_wanted(session, wanted, lasts)
