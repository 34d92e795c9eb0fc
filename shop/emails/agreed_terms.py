"""The terms of an order, whole: what the pages say about them when it is placed.

Consumer Contracts Regulations 2013, regulation 16: they are confirmed on a durable medium, as an e-mail is.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from shop.catalogue.hallmarking import CANCEL_DAYS
from shop.claims.send_backs import REFUND_DAYS, SEND_WITHIN_DAYS
from shop.orders.terms import Terms
from shop.trader import Trader

REJECT_DAYS: Final = 30
"""Days in which something faulty may be refused outright. Consumer Rights Act 2015, section 22."""

DELIVER_DAYS: Final = 30
"""Days in which an order must arrive unless another day was agreed. Consumer Rights Act 2015, section 28."""

CANCELLING: Final = (
    (
        "Without engraving",
        f"Any time before it is posted, and {CANCEL_DAYS} days from the day after it reaches you",
        "Its price, and our cheapest postage if the whole order is cancelled",
    ),
    (
        "With your words, before engraving begins",
        "Until we begin. You can also change the words",
        "Its price, and the postage if nothing else was ordered",
    ),
    (
        "With your words, once engraving has begun",
        "It can no longer be cancelled: it is made for you alone",
        "Nothing, unless something is wrong with it: then see below",
    ),
)
"""(the piece, until when it can be cancelled, what goes back)."""

FACTS: Final[dict[str, Any]] = {
    "cancelling": CANCELLING,
    "cancel_days": CANCEL_DAYS,
    "send_days": SEND_WITHIN_DAYS,
    "refund_days": REFUND_DAYS,
    "reject_days": REJECT_DAYS,
    "deliver_days": DELIVER_DAYS,
}
"""What the pages about terms and delivery say."""

TEMPLATE: Final = "pages/agreed.html"


def terms_in_force(render: Callable[..., str], trader: Trader) -> Terms:
    """What an order that is placed now is made under."""
    return kept(render, trader)


@lru_cache(maxsize=8)
def kept(render: Callable[..., str], trader: Trader) -> Terms:
    """Templates and trader are what they are for as long as a process lives."""
    return Terms.of(render(TEMPLATE, trader=trader, statement=None, **FACTS))
