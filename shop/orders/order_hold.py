"""Stock for an order about to be paid: set aside, or only written down where a network has its share."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from shop import stock
from shop.frozen import frozen
from shop.payment_links import payment_links


@frozen
class Asking:
    """Who asks for stock: keyed digests of network and site; whether it was said that it is not set aside."""

    network: str | None = None
    site: str | None = None
    without: bool = False
    link: int | None = None
    """The payment link that it was set aside for already: then no network's share is counted."""


ANYBODY: Final = Asking()


def set_aside(session: Session, variant_ids: Sequence[int], lasts: timedelta, asking: Asking) -> int:
    """The id of a hold of these units, or of a note of them where the network has its share already.

    Raises stock.SoldOut, or stock.ShareTaken where so few are left that it must be said first (`only_noted`).
    """
    wanted = Counter(variant_ids)
    if asking.link is not None:
        return payment_links.pass_on(session, asking.link, wanted, lasts)
    try:
        return stock.place_hold(session, wanted, lasts, network=asking.network, site=asking.site)
    except stock.ShareTaken:
        if not asking.without and not stock.plenty(session, wanted):
            raise
        return stock.note_wanted(session, wanted, lasts)


def only_noted(session: Session, variant_ids: Sequence[int], asking: Asking, instead_of: int | None) -> bool:
    """Whether these units would not be set aside, and might be sold to others while they are paid for.

    `instead_of` is the hold of the order that was made from the same basket before.
    """
    wanted = Counter(variant_ids)
    if asking.network is None or asking.link is not None or stock.plenty(session, wanted):
        return False
    return not stock.covers(session, stock.Asker(asking.network, asking.site), wanted, instead_of)
