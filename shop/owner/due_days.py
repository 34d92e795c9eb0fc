"""What the bench's list says of the day promised with a unit."""

from shop import clock
from shop.fulfilment import parcels
from shop.fulfilment.queue import Queued
from shop.web.dates import weekday


def due(one: Queued) -> str:
    """The day, if one was promised."""
    since = f", not before {weekday(one.post_from)}" if one.post_from else ""
    return f"Post by {weekday(one.posted_by)}{since}" if one.posted_by else ""


def late(one: Queued) -> str:
    """What is wrong with it, if anything is; or that it is to lie here for now."""
    today = clock.today()
    over = one.posted_by is not None and one.posted_by < today
    if one.told:
        return f"{'Late' if over else 'In danger'}: the buyer was told {weekday(one.told)}"
    if not parcels.may_leave(one.post_from):
        return "Not to be posted yet"
    return "Late" if over else ""
