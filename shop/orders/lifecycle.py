"""An order's states, its history, its reference, and the buyer's lasting link to it."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.orders.models import Order, OrderEvent, OrderLine, OrderLink
from shop.orders.states import CAN_PAY_AGAIN, UNPAID, EventKind, State
from shop.orm import table_of
from shop.sql import inserted, is_sqlite, keep_written, write

__all__ = [
    "CAN_PAY_AGAIN", "UNPAID", "EventKind", "State", "add_order", "by_token", "history", "lines_of", "lock",
    "lock_state", "make_link", "move_version", "new_link", "new_reference", "record", "revoke_links",
    "with_link",
]  # fmt: skip

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits nobody confuses when reading them aloud."""


def new_reference() -> str:
    """A short reference to read aloud, such as PM-7K3Q-2F. Not a secret: it opens nothing."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(6))
    return f"PM-{letters[:4]}-{letters[4:]}"


_ORDER: Final = Order.id == bindparam("order")
_TABLE: Final = table_of(Order)
_MOVED: Final = (
    update(_TABLE).where(_TABLE.c.id == bindparam("order_id")).values(version=_TABLE.c.version + 1)
)
_LOCKED: Final = select(Order).where(_ORDER).with_for_update().execution_options(populate_existing=True)
_LOCKED_STATE: Final = select(_TABLE.c.state).where(_TABLE.c.id == bindparam("order_id")).with_for_update()
_ORDERS: Final[BindParameter[int]] = bindparam("orders", expanding=True)
_LINES: Final = (
    select(OrderLine).where(OrderLine.order_id.in_(_ORDERS)).order_by(OrderLine.order_id, OrderLine.number)
)
_HISTORY: Final = select(OrderEvent).where(OrderEvent.order_id.in_(_ORDERS)).order_by(OrderEvent.id)
_WITH_LINK: Final = (
    select(Order, OrderLink.nonce)
    .outerjoin(OrderLink, (OrderLink.order_id == Order.id) & OrderLink.revoked_at.is_(None))
    .where(_ORDER)
    .order_by(OrderLink.created_at.desc())
    .limit(1)
)


def add_order(session: Session, **facts: Any) -> Order:
    """A new order of these facts, under a reference that no other has."""
    added, order_id = _added(is_sqlite(session)), None
    while order_id is None:
        row = {**facts, "reference": new_reference(), "version": 1}
        order_id = session.connection().execute(added, row).scalar_one_or_none()
    order = Order(id=order_id, **row)
    keep_written(session, order)
    return order


@cache
def _added(on_sqlite: bool) -> Any:  # noqa: FBT001
    new = inserted(on_sqlite, _TABLE).on_conflict_do_nothing(index_elements=["reference"])
    return new.returning(_TABLE.c.id)


def record(
    session: Session,
    order: Order,
    kind: EventKind,
    *,
    actor: str,
    event_at: datetime | None = None,
    **data: Any,
) -> None:
    """Add what happened to the order's history; its version moves with it (see version_guards)."""
    now = clock.now()
    row = {"order_id": order.id, "kind": kind, "event_at": event_at or now, "booked_at": now, "actor": actor}
    write(session, OrderEvent, row | {"data": data})


def lock(session: Session, order_id: int) -> Order:
    """The order, locked until the transaction ends. Raises NoResultFound when there is none."""
    return session.execute(_LOCKED, {"order": order_id}).scalar_one()


def lock_state(session: Session, order_id: int) -> State:
    """The same, of which no more is needed than its state."""
    return State(session.connection().execute(_LOCKED_STATE, {"order_id": order_id}).scalar_one())


def move_version(session: Session, order: Order) -> None:
    """Make whoever looked before now look again, though nothing about the order changed."""
    session.connection().execute(_MOVED, {"order_id": order.id})


def lines_of(session: Session, *order_ids: int) -> Sequence[OrderLine]:
    """The units of an order, or of several, in the order they were chosen."""
    return session.scalars(_LINES, {"orders": order_ids}).all()


def history(session: Session, *order_ids: int) -> Sequence[OrderEvent]:
    """What happened to orders, in the order we learnt of it: Stripe's clock counts whole seconds only."""
    return session.scalars(_HISTORY, {"orders": order_ids}).all()


def make_link(session: Session, order: Order, secret_key: str) -> str:
    """Give the buyer's link token, made from a nonce and the shop's secret key; only its hash is stored."""
    token, columns = new_link(secret_key, order.id)
    write(session, OrderLink, {**columns, "created_at": clock.now(), "revoked_at": None})
    return token


def new_link(secret_key: str, order_id: int) -> tuple[str, dict[str, Any]]:
    """A token for an order, and what is kept of it."""
    nonce = secrets.token_urlsafe(16)
    token = _token(secret_key, order_id, nonce)
    return token, {"token_hash": _hash(token), "order_id": order_id, "nonce": nonce}


def with_link(session: Session, order_id: int, secret_key: str) -> tuple[Order, str | None]:
    """An order and its newest valid token, made again for a page or an e-mail; None when all were revoked.

    Raises NoResultFound when there is no such order.
    """
    row: Any = session.execute(_WITH_LINK, {"order": order_id}).one()
    return row.Order, None if row.nonce is None else _token(secret_key, order_id, row.nonce)


def by_token(session: Session, token: str) -> Order | None:
    """The order that a link opens; None when the token is unknown or revoked."""
    return session.scalars(
        select(Order)
        .join(OrderLink, OrderLink.order_id == Order.id)
        .where(OrderLink.token_hash == _hash(token), OrderLink.revoked_at.is_(None))
    ).first()


def revoke_links(session: Session, order_id: int) -> None:
    """Close every link to the order's page."""
    session.execute(
        update(OrderLink)
        .where(OrderLink.order_id == order_id, OrderLink.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def _token(secret_key: str, order_id: int, nonce: str) -> str:
    message = f"order-link:{order_id}:{nonce}".encode()
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()[:40]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
