"""A basket is opened where another one is: what is in both is in it then, and nothing is lost."""

from typing import Any, Final

from sqlalchemy.orm import Session

from shop.checkout import basket_reading, basket_store
from shop.checkout.basket_changes import Page, change_basket, close_open_page
from shop.checkout.basket_words import item_of
from shop.dedications.sealing import open_with
from shop.orders.lifecycle import State
from shop.payments.services import Services
from shop.uploads import store

TOO_MANY: Final = (
    f"Together there would be more than {basket_store.MOST_LINES} pieces, and a basket holds no more. Please "
    "order one of the two baskets first, or take something out. Nothing was changed."
)
STILL_OPEN: Final = (
    "A payment page of this browser's own basket is still open, and it could not be closed just now. Please "
    "try again in a few minutes. Nothing was changed."
)


class NotJoined(Exception):
    """They cannot be put together now; its text says why."""


def join(services: Services, own: str | None, token: str) -> int:
    """Put what is in the browser's own basket into the one of `token`; how many units are in that then.

    A basket that the owner put together stays by itself, behind its own link. Raises NotJoined.
    """
    if own is None or own == token:
        with services.database.reading() as session:
            return basket_reading.count(session, token)
    if close_open_page(services, own).page is Page.LEFT_OPEN:
        raise NotJoined(STILL_OPEN)
    try:
        count, _ = change_basket(services, token, lambda session: _move(session, own, token))
    except basket_store.BasketFull:
        raise NotJoined(TOO_MANY) from None
    return count


def _move(session: Session, own: str, token: str) -> int:
    """All in one transaction: asked twice at once, the second finds nothing left to move."""
    basket = basket_reading.lock_own(session, own)
    if basket is not None and basket_reading.link_of(session, basket) is None:
        order = basket_reading.order_of(session, own)
        if order is not None and order.state == State.AWAITING:
            raise NotJoined(STILL_OPEN)
        sealed = basket_reading.details_of(session, basket)
        items = [item_of(own, row) for row in basket_reading.lines_of(session, basket)]
        basket_store.empty(session, own)
        store.move(session, own, token)
        for item in items:
            basket_store.add(session, token, item)
        _keep_details(session, token, open_with(own, sealed) if sealed and items else None)
    return basket_reading.count(session, token)


def _keep_details(session: Session, token: str, details: dict[str, Any] | None) -> None:
    """Those that the basket has already go first."""
    basket = basket_reading.lock_own(session, token)
    if details and basket is not None and basket_reading.details_of(session, basket) is None:
        basket_store.keep_details(session, token, details)
