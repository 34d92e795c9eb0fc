"""Changing a basket whose payment page may be open in another tab: what was agreed is what is made.

The page is closed at Stripe before anything changes, so that nobody pays there for what is no longer meant.
If it was paid a moment before, that order stands as it was agreed. If Stripe cannot be reached, the change is
kept and it is said what paying there would mean; whatever that order was not made of stays in the basket.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from shop.checkout import basket_reading
from shop.frozen import frozen
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.payments.sync import StillMoving, withdraw

T = TypeVar("T")

ROUNDS: Final = 5
"""How often to close a page again when another tab opened the next one in the meantime."""


class Page(Enum):
    """How the payment page of a basket stands, once it was to be closed."""

    NONE = auto()
    CLOSED = auto()
    PAID = auto()
    LEFT_OPEN = auto()


@frozen
class OpenPage:
    """What became of the payment page that was open, and the reference of its order ("" without one)."""

    page: Page
    reference: str = ""

    @property
    def said(self) -> str | None:
        """What the buyer is told once; None when there is nothing to say or the basket goes on saying it."""
        if self.page is Page.CLOSED:
            return CLOSED
        return PAID.format(self.reference) if self.page is Page.PAID else None


CLOSED: Final = (
    "The payment page that was open for the basket as it was before has been closed. Nothing was charged "
    "there. When everything is as you wish, go on to delivery and pay from there."
)
PAID: Final = (
    "Order {} has been paid in the meantime, and it stands as it was when you went to pay. What you have "
    "just changed is not part of it. If something in it should be different, please answer the e-mail about "
    "it soon."
)


def close_open_page(services: Services, token: str) -> OpenPage:
    """Close the payment page of the cookie's basket at Stripe, if one is open, and say how it stands."""
    with services.database.reading() as session:
        order = basket_reading.order_of(session, token)
    if order is None or order.state != State.AWAITING:
        return OpenPage(Page.NONE)
    try:
        state = withdraw(services, order.id)
    except (GatewayDown, GatewayRefused, StillMoving):
        return OpenPage(Page.LEFT_OPEN, order.reference)
    if state == State.AWAITING:
        return OpenPage(Page.LEFT_OPEN, order.reference)
    return OpenPage(Page.CLOSED if state in basket_reading.STILL_TO_PAY else Page.PAID, order.reference)


def change_basket(services: Services, token: str, do: Callable[[Session], T]) -> tuple[T, OpenPage]:
    """Change a basket in a transaction of its own, its payment page closed first. Raises what `do` raises."""
    found = OpenPage(Page.NONE)
    for rounds_left in reversed(range(ROUNDS)):
        with services.database.transaction() as session:
            own = basket_reading.lock_own(session, token)
            order = basket_reading.order_of(session, token)
            if own and order and order.state == State.AWAITING:
                if not rounds_left or found.page is Page.LEFT_OPEN:
                    own.page_left_open, found = True, OpenPage(Page.LEFT_OPEN, order.reference)
                    return do(session), found
            else:
                return do(session), found
        found = close_open_page(services, token)  # until no tab has gone to pay in the meantime
    raise AssertionError("the last round always changes the basket")
