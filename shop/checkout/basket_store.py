"""Writing to the basket: kept on the server, readable only with the cookie it belongs to."""

import secrets
from typing import Any, Final

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.checkout.basket_reading import LINES, Found, is_spent, keep, lines_of, lock_own
from shop.checkout.basket_words import item_of, seal_words, token_hash
from shop.checkout.models import Basket, BasketLine
from shop.dedications.sealing import open_with, seal_with
from shop.pricing import LineItem
from shop.sql import change as change_row
from shop.sql import keep_new

MOST_LINES: Final = 20
KEPT_FOR: Final = retention.lasts(retention.BASKET)

_ORDERED_AS: Final = (
    update(BasketLine)
    .where(BasketLine.id.in_(LINES.with_only_columns(BasketLine.id).order_by(None)))
    .values(order_id=bindparam("order"))
)


class BasketFull(Exception):
    """More pieces than one order takes."""


def new_token() -> str:
    """A fresh basket cookie: 256 bits, never stored."""
    return secrets.token_urlsafe(32)


def ordered_as(session: Session, basket: Basket, order_id: int) -> None:
    """Note that this order is made of exactly what is in the basket now."""
    change_row(session, basket, order_id=order_id, page_left_open=False)
    session.connection().execute(_ORDERED_AS, {"basket": basket.id, "order": order_id})


def add(session: Session, token: str, item: LineItem) -> int:
    """Put a unit into the basket, making the basket if need be. Give the line's id. Raises BasketFull."""
    basket = _ready(session, token)
    lines = lines_of(session, basket)
    if len(lines) >= MOST_LINES:
        raise BasketFull
    row = BasketLine(
        basket_id=basket.id,
        variant_id=item.variant_id,
        words=seal_words(token, item),
        order_id=None,
        created_at=clock.now(),
    )
    keep_new(session, row)
    lines.append(row)
    return row.id


def change(session: Session, token: str, line_id: int, item: LineItem) -> bool:
    """Replace a line's piece and words. False when the line is not in this basket."""
    row = _own_line(session, token, line_id)
    if row is None:
        return False
    if item_of(token, row) != item:
        row.variant_id, row.words, row.order_id = item.variant_id, seal_words(token, item), None
    return True


def item_in(session: Session, token: str, line_id: int) -> LineItem | None:
    """What a line of this basket is to be; None when it is not in it."""
    row = _own_line(session, token, line_id)
    return item_of(token, row) if row is not None else None


def remove(session: Session, token: str, line_id: int) -> bool:
    """Take a line out. False when it is not in this basket."""
    basket, row = lock_own(session, token), _own_line(session, token, line_id)
    if basket is None or row is None:
        return False
    session.delete(row)
    lines_of(session, basket).remove(row)
    return True


def keep_details(session: Session, token: str, details: dict[str, Any]) -> None:
    """Keep address and postage with the basket, sealed."""
    basket = _ready(session, token)
    if basket.details is None or open_with(token, basket.details) != details:
        basket.details = seal_with(token, details)


def begin_for(session: Session, token: str, link_id: int) -> None:
    """An empty basket for a payment link."""
    _ready(session, token).payment_link_id = link_id


def empty(session: Session, token: str) -> None:
    """Delete a basket and all that is in it; twice is fine."""
    basket = lock_own(session, token)
    if basket is not None:
        session.delete(basket)
        keep(session, Found(token, None, locked=True, lines=[]))


def forget_order(session: Session, order_id: int) -> None:
    """Delete the basket an order was made from, and its lines wherever they are: they hold the same words."""
    session.execute(delete(BasketLine).where(BasketLine.order_id == order_id))
    session.execute(delete(Basket).where(Basket.order_id == order_id))


def forget_old(session: Session) -> int:
    """Delete baskets nobody touched for KEPT_FOR. Give how many."""
    old = delete(Basket).where(Basket.touched_at < clock.now() - KEPT_FOR).returning(Basket.id)
    return len(session.execute(old).all())


def _ready(session: Session, token: str) -> Basket:
    """The basket to write into: made when missing, without what has been paid for."""
    now = clock.now()
    basket = lock_own(session, token)
    if basket is None:
        basket = Basket(
            token_hash=token_hash(token),
            order_id=None,
            page_left_open=False,
            details=None,
            payment_link_id=None,
            created_at=now,
            touched_at=now,
        )
        keep_new(session, basket)
        keep(session, Found(token, basket, locked=True, lines=[]))
        return basket
    if is_spent(session, basket):
        kept = [row.id for row in lines_of(session, basket)]
        session.execute(
            delete(BasketLine).where(BasketLine.basket_id == basket.id, BasketLine.id.not_in(kept))
        )
        basket.order_id, basket.details, basket.page_left_open = None, None, False
        basket.payment_link_id = None
    basket.touched_at = now
    return basket


def _own_line(session: Session, token: str, line_id: int) -> BasketLine | None:
    basket = lock_own(session, token)
    if basket is None:
        return None
    basket.touched_at = clock.now()
    return next((row for row in lines_of(session, basket) if row.id == line_id), None)
