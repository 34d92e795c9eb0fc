"""The remembrance wall: dedications whose writers chose to share them, until they choose otherwise.

Nothing is on it that was not asked for, paid for and looked at. The words stay sealed with the order; what is
shared of them is sealed once more under a key of its own, and opened only to be shown. Taking them off
destroys that key, so no old copy of the database can put them back. A refund changes nothing: the words are
the writer's. What happened, when and by whom is in the order's history.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.gone_names import wall_name
from shop.dedications.models import WallEntry
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.orders.lifecycle import EventKind, State, lock, record
from shop.orders.models import Order, OrderLine

PER_PAGE: Final = 24
PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
"""As it may stand in an address."""

SEALED_AS: Final = "wall"
"""What the vault calls it: words sealed for something else do not open here."""
AT_A_TIME: Final = 50
"""How many the owner is shown at a time."""

DECIDED_WHILE: Final = frozenset({State.PAID, State.PART_REFUNDED})
"""Words of an order that was not paid, or is in dispute, wait; what is shown stays, whatever follows."""


class WallState(StrEnum):
    """How a shared dedication stands. Nothing leads out of WITHDRAWN."""

    WAITING = "waiting"
    SHOWN = "shown"
    LEFT_OUT = "left out"
    WITHDRAWN = "withdrawn"


DECISIONS: Final = frozenset({WallState.SHOWN, WallState.LEFT_OUT})

HISTORY: Final = {
    WallState.SHOWN: EventKind.PUT_ON_WALL,
    WallState.LEFT_OUT: EventKind.LEFT_OFF_WALL,
    WallState.WITHDRAWN: EventKind.TAKEN_OFF_WALL,
}


class NotOffered(Exception):
    """No such dedication is offered to the wall: it is unknown, unpaid, withdrawn or erased."""


class DecidedBefore(Exception):
    """Somebody decided while this decision was being made."""

    def __init__(self, state: WallState) -> None:
        super().__init__(f"It was decided before: {state}.")
        self.state = state


@frozen
class Offered:
    """One shared dedication as the owner sees it."""

    reference: str
    number: int
    piece_name: str
    state: WallState
    offered_at: datetime
    words: str = field(repr=False)
    name: str = field(repr=False)


@frozen
class Words:
    """What anyone sees."""

    words: str = field(repr=False)
    name: str = field(repr=False)


@frozen
class WallPage:
    """One page of the wall, newest first."""

    entries: Sequence[Words]
    number: int
    more: bool


def offer(session: Session, vault: Vault, order: Order, shared: Mapping[int, Words]) -> None:
    """Note that the dedications of these lines are to be shared once the order is paid for."""
    sealed = vault.seal_alone([asdict(words) for words in shared.values()], SEALED_AS)
    for number, (key_id, content) in zip(shared, sealed, strict=True):
        session.add(
            WallEntry(
                order_id=order.id, number=number, state=WallState.WAITING, offered_at=clock.now(),
                shown_at=None, key_id=key_id, sealed=content,
            )
        )  # fmt: skip


def waiting(session: Session, vault: Vault) -> list[Offered]:
    """What nobody has looked at yet, oldest first."""
    paid = Order.state.in_(DECIDED_WHILE)
    keys = KEYS.join(Order, Order.id == WallEntry.order_id).where(WallEntry.state == WallState.WAITING, paid)
    return _offered(session, vault, keys, [column.asc() for column in PLACE])


def decided(session: Session, vault: Vault, number: int = 1) -> list[Offered]:
    """What was put on the wall or left off it, newest first: the page of that number, from 1."""
    keys = KEYS.where(WallEntry.state.in_(DECISIONS)).offset((number - 1) * AT_A_TIME)
    return _offered(session, vault, keys, [column.desc() for column in PLACE])


def decide(
    session: Session,
    vault: Vault,
    reference: str,
    number: int,
    *,
    to: WallState,
    seen: WallState,
    actor: str,
) -> None:
    """Put a dedication on the wall, or leave it off, on somebody's word.

    `seen` is how it stood when it was decided: raises DecidedBefore when it stands otherwise by now, and
    NotOffered when there is nothing to decide. ValueError unless `to` is one of DECISIONS.
    """
    if to not in DECISIONS:
        raise ValueError("a decision puts words on the wall or leaves them off")
    order_id = session.scalar(select(Order.id).where(Order.reference == reference))
    if order_id is None:
        raise NotOffered
    order = lock(session, order_id)
    entry = session.get(WallEntry, (order_id, number), populate_existing=True)
    if entry is None or entry.state == WallState.WITHDRAWN:
        raise NotOffered
    if entry.state != seen:
        raise DecidedBefore(WallState(entry.state))
    if to is WallState.SHOWN and (order.state not in DECIDED_WHILE or not _opened(vault, [entry])):
        raise NotOffered
    entry.shown_at = clock.now() if to is WallState.SHOWN else None
    entry.state = to
    record(session, order, HISTORY[to], actor=actor, piece=number)


def withdraw(session: Session, vault: Vault, order_id: int, number: int, *, actor: str = "buyer") -> bool:
    """Take a dedication off the wall for good, at its writer's word. False when it never was to be there."""
    order = lock(session, order_id)
    entry = session.get(WallEntry, (order_id, number), populate_existing=True)
    if entry is None:
        return False
    if entry.state != WallState.WITHDRAWN:
        vault.destroy(filter(None, [entry.key_id]), [wall_name(order.reference, number)])
        entry.key_id = entry.sealed = entry.shown_at = None
        entry.state = WallState.WITHDRAWN
        record(session, order, HISTORY[WallState.WITHDRAWN], actor=actor, piece=number)
    return True


def erase(session: Session, vault: Vault, order: Order) -> None:
    """Delete all that the wall knows of an order, and the keys it was sealed under."""
    entries = session.scalars(select(WallEntry).where(WallEntry.order_id == order.id)).all()
    if entries:
        names = [wall_name(order.reference, entry.number) for entry in entries]
        vault.destroy(filter(None, [entry.key_id for entry in entries]), names)
    for entry in entries:
        session.delete(entry)


def withdraw_gone(session: Session, vault: Vault, gone: Collection[str], *, actor: str) -> int:
    """Withdraw again what the list (digests of names) says is gone and this database still has; how many."""
    rows = session.execute(
        select(WallEntry.order_id, WallEntry.number, Order.reference)
        .join(Order, Order.id == WallEntry.order_id)
        .where(WallEntry.state != WallState.WITHDRAWN)
        .order_by(WallEntry.order_id, WallEntry.number)
    ).all()
    found = [row for row in rows if vault.digest(wall_name(row.reference, row.number)) in gone]
    return sum(withdraw(session, vault, row.order_id, row.number, actor=actor) for row in found)


def states(session: Session, *order_ids: int) -> dict[tuple[int, int], WallState]:
    """How the shared dedications of orders stand, by the order and the number of the line."""
    rows = session.scalars(select(WallEntry).where(WallEntry.order_id.in_(order_ids)))
    return {(row.order_id, row.number): WallState(row.state) for row in rows}


def page(session: Session, vault: Vault, number: int) -> WallPage:
    """The page of that number, from 1. Words and name, and nothing that leads to an order."""
    entries = session.scalars(
        select(WallEntry)
        .where(WallEntry.shown_at.is_not(None))
        .order_by(WallEntry.shown_at.desc(), WallEntry.order_id.desc(), WallEntry.number)
        .limit(PER_PAGE + 1)
        .offset((number - 1) * PER_PAGE)
    ).all()
    shown = _opened(vault, entries[:PER_PAGE])
    return WallPage(list(shown.values()), number, len(entries) > PER_PAGE)


def _opened(vault: Vault, entries: Iterable[WallEntry]) -> dict[str, Words]:
    """The words by the ids of their keys, in the same order; withdrawn in this moment, they are left out."""
    sealed = [(entry.key_id, entry.sealed) for entry in entries if entry.key_id and entry.sealed]
    opened = vault.open_alone(sealed, SEALED_AS)
    return {key_id: Words(**opened[key_id]) for key_id, _ in sealed if key_id in opened}


PLACE: Final = (WallEntry.offered_at, WallEntry.order_id, WallEntry.number)
KEYS: Final = select(WallEntry.order_id, WallEntry.number)
"""Found and sorted by themselves, from an index: what is not on the page is never read."""


def _offered(
    session: Session, vault: Vault, keys: Select[int, int], order: Sequence[ColumnElement[Any]]
) -> list[Offered]:
    listed = keys.order_by(*order).limit(AT_A_TIME).subquery()
    query = (
        select(WallEntry, Order.reference, OrderLine.piece_name)
        .join(listed, (listed.c.order_id == WallEntry.order_id) & (listed.c.number == WallEntry.number))
        .join(Order, Order.id == WallEntry.order_id)
        .join(OrderLine, (OrderLine.order_id == WallEntry.order_id) & (OrderLine.number == WallEntry.number))
        .order_by(*order)
    )
    rows = session.execute(query).all()
    opened = _opened(vault, [entry for entry, _, _ in rows])
    return [
        Offered(
            reference,
            entry.number,
            piece_name,
            WallState(entry.state),
            entry.offered_at,
            opened[entry.key_id].words,
            opened[entry.key_id].name,
        )
        for entry, reference, piece_name in rows
        if entry.key_id in opened
    ]
