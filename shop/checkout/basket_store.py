"""The basket: kept on the server, readable only with the cookie it belongs to."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.checkout.basket_words import item_of, seal_words, token_hash
from shop.checkout.models import Basket, BasketLine
from shop.dedications.sealing import open_with, seal_with
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from shop.pricing import LineItem

MOST_LINES: Final = 20
KEPT_FOR: Final = retention.lasts(retention.BASKET)


STILL_TO_PAY: Final = UNPAID - {State.PROCESSING}
"""States of an order that leave its pieces in the basket: no money has come, and none is on its way."""


_FOUND: Final = "basket"
_OWN: Final = select(Basket).where(Basket.token_hash == bindparam("token_hash"))
_NOT_BOUGHT: Final = or_(BasketLine.order_id.is_(None), Order.state.in_(STILL_TO_PAY))
_LINES: Final = (
    select(BasketLine)
    .outerjoin(Order, Order.id == BasketLine.order_id)
    .where(BasketLine.basket_id == bindparam("basket"), _NOT_BOUGHT)
    .order_by(BasketLine.id)
)
_COUNT: Final = (
    select(func.count())
    .select_from(BasketLine)
    .join(Basket, Basket.id == BasketLine.basket_id)
    .outerjoin(Order, Order.id == BasketLine.order_id)
    .where(Basket.token_hash == bindparam("token_hash"), _NOT_BOUGHT)
)
_ORDERED_AS: Final = (
    update(BasketLine)
    .where(BasketLine.id.in_(_LINES.with_only_columns(BasketLine.id).order_by(None)))
    .values(order_id=bindparam("order"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class _Found:
    """What a session has read of a cookie's basket already."""

    token: str
    basket: Basket | None
    locked: bool = False


class BasketFull(Exception):
    """More pieces than one order takes."""


def new_token() -> str:
    """A fresh basket cookie: 256 bits, never stored."""
    return secrets.token_urlsafe(32)


def lines_of(session: Session, basket_id: int) -> Sequence[BasketLine]:
    """The lines of a basket that were not bought, oldest first."""
    return session.scalars(_LINES, {"basket": basket_id}).all()


def stamp(session: Session, basket: Basket) -> str:
    """See `stamp_of`, for the basket as it is now."""
    return stamp_of(lines_of(session, basket.id), details_of(session, basket))


def ordered_as(session: Session, basket: Basket, order_id: int) -> None:
    """Note that this order is made of exactly what is in the basket now."""
    basket.order_id, basket.page_left_open = order_id, False
    session.execute(_ORDERED_AS, {"basket": basket.id, "order": order_id})


def add(session: Session, token: str, item: LineItem) -> int:
    """Put a unit into the basket, making the basket if need be. Give the line's id. Raises BasketFull."""
    basket = _ready(session, token)
    if len(lines_of(session, basket.id)) >= MOST_LINES:
        raise BasketFull
    row = BasketLine(
        basket_id=basket.id,
        variant_id=item.variant_id,
        words=seal_words(token, item),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def change(session: Session, token: str, line_id: int, item: LineItem) -> bool:
    """Replace a line's piece and words. False when the line is not in this basket."""
    row = _own_line(session, token, line_id)
    if row is None:
        return False
    if item_of(token, row) != item:
        row.variant_id, row.words, row.order_id = item.variant_id, seal_words(token, item), None
    return True


def holds_already(session: Session, token: str, line_id: int, item: LineItem) -> bool:
    """Whether changing the line to this would change nothing."""
    row = _own_line(session, token, line_id)
    return row is not None and item_of(token, row) == item


def remove(session: Session, token: str, line_id: int) -> bool:
    """Take a line out. False when it is not in this basket."""
    row = _own_line(session, token, line_id)
    if row is None:
        return False
    session.delete(row)
    return True


def keep_details(session: Session, token: str, details: dict[str, Any]) -> None:
    """Keep address and postage with the basket, sealed."""
    basket = _ready(session, token)
    if basket.details is None or open_with(token, basket.details) != details:
        basket.details = seal_with(token, details)


def lock_own(session: Session, token: str) -> Basket | None:
    """The cookie's basket row, locked until the transaction ends."""
    kept: _Found | None = session.info.get(_FOUND)
    if kept is None or kept.token != token or not kept.locked:
        kept = _Found(token, _by_token(session, token, _OWN.with_for_update()), locked=True)
        session.info[_FOUND] = kept
    return kept.basket


def count(session: Session, token: str) -> int:
    """How many units are in the basket."""
    return session.scalars(_COUNT, {"token_hash": token_hash(token)}).one()


def order_of(session: Session, token: str | None) -> Order | None:
    """The order that was made last from the cookie's basket, until the basket is written to after paying."""
    basket = find(session, token)
    if basket is None or basket.order_id is None:
        return None
    return session.get_one(Order, basket.order_id, populate_existing=True)


def page_left_open(session: Session, token: str | None) -> Order | None:
    """The order whose payment page is still open although the basket has changed since, if there is one."""
    basket = find(session, token)
    order = order_of(session, token)
    return order if basket and basket.page_left_open and order and order.state == State.AWAITING else None


def bought_with(session: Session, token: str, line_id: int) -> Order | None:
    """The order that took a line out of the cookie's basket, if one did."""
    basket = find(session, token)
    line = session.get(BasketLine, line_id)
    if basket is None or line is None or line.basket_id != basket.id or line.order_id is None:
        return None
    return session.get_one(Order, line.order_id)


def forget_order(session: Session, order_id: int) -> None:
    """Delete the basket an order was made from, and its lines wherever they are: they hold the same words."""
    session.execute(delete(BasketLine).where(BasketLine.order_id == order_id))
    session.execute(delete(Basket).where(Basket.order_id == order_id))


def forget_old(session: Session) -> int:
    """Delete baskets nobody touched for KEPT_FOR. Give how many."""
    old = delete(Basket).where(Basket.touched_at < clock.now() - KEPT_FOR).returning(Basket.id)
    return len(session.execute(old).all())


def find(session: Session, token: str | None) -> Basket | None:
    """The cookie's basket, read once a session."""
    if not token:
        return None
    kept: _Found | None = session.info.get(_FOUND)
    if kept is None or kept.token != token:
        kept = session.info[_FOUND] = _Found(token, _by_token(session, token, _OWN))
    return kept.basket


def _by_token(session: Session, token: str, query: Select[Basket]) -> Basket | None:
    return session.scalars(query, {"token_hash": token_hash(token)}).one_or_none()


def _ready(session: Session, token: str) -> Basket:
    """The basket to write into: made when missing, without what has been paid for."""
    now = clock.now()
    basket = lock_own(session, token)
    if basket is None:
        basket = Basket(
            token_hash=token_hash(token), order_id=None, details=None, created_at=now, touched_at=now
        )
        session.add(basket)
        session.flush()
        session.info[_FOUND] = _Found(token, basket, locked=True)
    elif _spent(session, basket):
        kept = [row.id for row in lines_of(session, basket.id)]
        session.execute(
            delete(BasketLine).where(BasketLine.basket_id == basket.id, BasketLine.id.not_in(kept))
        )
        basket.order_id, basket.details, basket.page_left_open = None, None, False
    basket.touched_at = now
    return basket


def _spent(session: Session, basket: Basket) -> bool:
    """Whether the basket's order has been paid, or is being paid by a slow method."""
    if basket.order_id is None:
        return False
    return session.scalars(select(Order.state).where(Order.id == basket.order_id)).one() not in STILL_TO_PAY


def details_of(session: Session, basket: Basket) -> bytes | None:
    """Address and postage, sealed; those of an order that was paid went with it."""
    return None if _spent(session, basket) else basket.details


def stamp_of(rows: Sequence[BasketLine], details: bytes | None) -> str:
    """A digest that changes with whatever is changed in a basket: what is written anew is sealed anew."""
    parts = [details or b"", *(b"%d:%d:" % (row.id, row.variant_id) + row.words for row in rows)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _own_line(session: Session, token: str, line_id: int) -> BasketLine | None:
    basket = lock_own(session, token)
    if basket is None:
        return None
    basket.touched_at = clock.now()
    return next((row for row in lines_of(session, basket.id) if row.id == line_id), None)
