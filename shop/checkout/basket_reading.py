"""A cookie's basket and what is in it: read once a session, together, or locked to be changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import RowMapping, bindparam, func, join, or_, select
from sqlalchemy.orm import Session

from shop.checkout.basket_words import token_hash
from shop.checkout.models import Basket, BasketLine
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from shop.orm import table_of
from shop.payment_links.models import PaymentLink

STILL_TO_PAY: Final = UNPAID - {State.PROCESSING}
"""States of an order that leave its pieces in the basket: no money has come, and none is on its way."""

_FOUND: Final = "basket"
_BASKET, _LINE, _ORDER = table_of(Basket), table_of(BasketLine), table_of(Order)
_IS_OWN: Final = _BASKET.c.token_hash == bindparam("token_hash")
_NOT_BOUGHT: Final = or_(  # an IN would be written anew each time
    _LINE.c.order_id.is_(None), *(_ORDER.c.state == state for state in sorted(STILL_TO_PAY))
)
_LOCKED: Final = select(Basket).where(_IS_OWN).with_for_update()
LINES: Final = (
    select(BasketLine)
    .outerjoin(Order, Order.id == BasketLine.order_id)
    .where(BasketLine.basket_id == bindparam("basket"), _NOT_BOUGHT)
    .order_by(BasketLine.id)
)
"""Those of a basket that were not bought, oldest first."""
_WITH_ORDER: Final = join(_LINE, _ORDER, _ORDER.c.id == _LINE.c.order_id, isouter=True)
_WITH_LINES: Final = (
    select(*_BASKET.c, *(column.label(f"line_{column.name}") for column in _LINE.c))
    .outerjoin(_WITH_ORDER, (_LINE.c.basket_id == _BASKET.c.id) & _NOT_BOUGHT)
    .where(_IS_OWN)
    .order_by(_LINE.c.id)
)
_COUNT: Final = (
    select(func.count())
    .select_from(_WITH_ORDER.join(_BASKET, _BASKET.c.id == _LINE.c.basket_id))
    .where(_IS_OWN, _NOT_BOUGHT)
)


@dataclass
class Found:
    """What a session has read of a cookie's basket already."""

    token: str
    basket: Basket | None
    locked: bool = False
    lines: list[BasketLine] | None = None
    """Those that were not bought, once they were read; whoever holds the lock keeps them true."""


def find(session: Session, token: str | None) -> Basket | None:
    """The cookie's basket, read once a session with its lines, to look at; `lock_own` is for changing it."""
    if not token:
        return None
    kept = _kept(session, token)
    if kept is None:
        found = session.connection().execute(_WITH_LINES, {"token_hash": token_hash(token)}).mappings().all()
        lines = [_line_of(row) for row in found if row["line_id"] is not None]
        kept = keep(session, Found(token, _basket_of(found[0]) if found else None, lines=lines))
    return kept.basket


def _basket_of(row: RowMapping) -> Basket:
    return Basket(**{column.name: row[column.name] for column in _BASKET.c})


def _line_of(row: RowMapping) -> BasketLine:
    return BasketLine(**{column.name: row[f"line_{column.name}"] for column in _LINE.c})


def is_there(session: Session, token: str) -> bool:
    """Whether there is a basket of this cookie."""
    return find(session, token) is not None


def lock_own(session: Session, token: str) -> Basket | None:
    """The cookie's basket row, locked until the transaction ends."""
    kept = _kept(session, token)
    if kept is None or not kept.locked:
        own = session.scalars(_LOCKED, {"token_hash": token_hash(token)}).one_or_none()
        kept = keep(session, Found(token, own, locked=True))  # its lines are read after it is locked
    return kept.basket


def keep(session: Session, found: Found) -> Found:
    """Have a session remember what it found, or made."""
    session.info[_FOUND] = found
    return found


def lines_of(session: Session, basket: Basket) -> list[BasketLine]:
    """The lines of the session's basket that were not bought, oldest first."""
    found: Found = session.info[_FOUND]
    if found.lines is None:
        found.lines = list(session.scalars(LINES, {"basket": basket.id}))
    return found.lines


def count(session: Session, token: str) -> int:
    """How many units are in the basket."""
    kept = _kept(session, token)
    if kept and kept.basket:
        return len(lines_of(session, kept.basket))
    counted: int = session.connection().execute(_COUNT, {"token_hash": token_hash(token)}).scalar_one()
    return counted


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


def is_spent(session: Session, basket: Basket) -> bool:
    """Whether the basket's order has been paid, or is being paid by a slow method."""
    if basket.order_id is None:
        return False
    return session.scalars(select(Order.state).where(Order.id == basket.order_id)).one() not in STILL_TO_PAY


def link_of(session: Session, basket: Basket) -> PaymentLink | None:
    """The payment link that it was put together for; None once that was paid for."""
    if basket.payment_link_id is None or is_spent(session, basket):
        return None
    return session.get_one(PaymentLink, basket.payment_link_id)


def details_of(session: Session, basket: Basket) -> bytes | None:
    """Address and postage, sealed; those of an order that was paid went with it."""
    return None if is_spent(session, basket) else basket.details


def stamp(session: Session, basket: Basket) -> str:
    """See `stamp_of`, for the basket as it is now."""
    return stamp_of(lines_of(session, basket), details_of(session, basket))


def stamp_of(rows: Sequence[BasketLine], details: bytes | None) -> str:
    """A digest that changes with whatever is changed in a basket: what is written anew is sealed anew."""
    parts = [details or b"", *(b"%d:%d:" % (row.id, row.variant_id) + row.words for row in rows)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _kept(session: Session, token: str) -> Found | None:
    kept: Found | None = session.info.get(_FOUND)
    return kept if kept and kept.token == token else None
