"""The remembrance wall: dedications whose writers chose to share them, until they choose otherwise.

Nothing is on it that was not asked for, paid for and looked at. Her words stay sealed with the order; only
while they are shown is there a copy that can be read, and taking them off deletes it. A refund changes
nothing here: the words are hers, not the sale's. What happened, when and by whom is in the order's history.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.models import WallEntry
from shop.dedications.vault import Vault
from shop.orders.lifecycle import State, lock, record
from shop.orders.models import Order, OrderLine

PER_PAGE: Final = 24
PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")
"""As it may stand in an address."""

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
    WallState.SHOWN: "put on the wall",
    WallState.LEFT_OUT: "left off the wall",
    WallState.WITHDRAWN: "taken off the wall",
}


class NotOffered(Exception):
    """No such dedication is offered to the wall: it is unknown, unpaid, withdrawn or erased."""


class DecidedBefore(Exception):
    """Somebody decided while this decision was being made."""

    def __init__(self, state: WallState) -> None:
        super().__init__(f"It was decided before: {state}.")
        self.state = state


@dataclass(frozen=True)
class Offered:
    """One shared dedication as the owner sees it."""

    reference: str
    number: int
    piece_name: str
    state: WallState
    offered_at: datetime
    words: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True)
class Words:
    """What anyone sees."""

    words: str
    name: str


@dataclass(frozen=True)
class WallPage:
    """One page of the wall, newest first."""

    entries: Sequence[Words]
    number: int
    more: bool


def offer(session: Session, order: Order, numbers: Collection[int]) -> None:
    """Note that the dedications of these lines are to be shared once the order is paid for."""
    for number in numbers:
        session.add(
            WallEntry(
                order_id=order.id, number=number, state=WallState.WAITING, offered_at=clock.now(),
                shown_at=None, words=None, name=None,
            )
        )  # fmt: skip


def waiting(session: Session, vault: Vault) -> list[Offered]:
    """What nobody has looked at yet, oldest first."""
    paid = Order.state.in_(DECIDED_WHILE)
    return _offered(session, vault, WallEntry.state == WallState.WAITING, paid, oldest_first=True)


def decided(session: Session, vault: Vault, number: int = 1) -> list[Offered]:
    """What was put on the wall or left off it, newest first: the page of that number, from 1."""
    return _offered(session, vault, WallEntry.state.in_(DECISIONS), oldest_first=False, number=number)


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

    `seen` is how it stood when she decided: raises DecidedBefore when it stands otherwise by now, and
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
    if to is WallState.SHOWN:
        if order.state not in DECIDED_WHILE:
            raise NotOffered
        sealed = vault.reveal(session, order_id, f"line:{number}")
        if not sealed or not sealed.get("dedication"):
            raise NotOffered
        entry.words, entry.name = sealed["dedication"], sealed.get("shared_as") or ""
        entry.shown_at = clock.now()
    else:
        _wipe(entry)
    entry.state = to
    record(session, order, HISTORY[to], actor=actor, piece=number)


def withdraw(session: Session, order_id: int, number: int) -> bool:
    """Take a dedication off the wall for good, at its writer's word. False when it never was to be there."""
    order = lock(session, order_id)
    entry = session.get(WallEntry, (order_id, number), populate_existing=True)
    if entry is None:
        return False
    if entry.state != WallState.WITHDRAWN:
        _wipe(entry)
        entry.state = WallState.WITHDRAWN
        record(session, order, HISTORY[WallState.WITHDRAWN], actor="buyer", piece=number)
    return True


def erase(session: Session, order_id: int) -> None:
    """Delete all that the wall knows of an order."""
    session.execute(
        delete(WallEntry).where(WallEntry.order_id == order_id).execution_options(synchronize_session=False)
    )


def states(session: Session, order_id: int) -> dict[int, WallState]:
    """How an order's shared dedications stand, by line number."""
    rows = session.execute(select(WallEntry.number, WallEntry.state).where(WallEntry.order_id == order_id))
    return {number: WallState(state) for number, state in rows}


def page(session: Session, number: int) -> WallPage:
    """The page of that number, from 1. Words and name, and nothing that leads to an order."""
    rows = session.execute(
        select(WallEntry.words, WallEntry.name)
        .where(WallEntry.shown_at.is_not(None))
        .order_by(WallEntry.shown_at.desc(), WallEntry.order_id.desc(), WallEntry.number)
        .limit(PER_PAGE + 1)
        .offset((number - 1) * PER_PAGE)
    ).all()
    return WallPage(
        [Words(words or "", name or "") for words, name in rows[:PER_PAGE]], number, len(rows) > PER_PAGE
    )


def _wipe(entry: WallEntry) -> None:
    entry.words = entry.name = entry.shown_at = None


def _offered(
    session: Session, vault: Vault, *conditions: ColumnElement[bool], oldest_first: bool, number: int = 1
) -> list[Offered]:
    order = [WallEntry.offered_at, WallEntry.order_id, WallEntry.number]
    query = (
        select(WallEntry, Order.reference, OrderLine.piece_name)
        .join(Order, Order.id == WallEntry.order_id)
        .join(OrderLine, (OrderLine.order_id == WallEntry.order_id) & (OrderLine.number == WallEntry.number))
        .where(*conditions)
        .order_by(*(order if oldest_first else [column.desc() for column in order]))
        .limit(AT_A_TIME)
        .offset((number - 1) * AT_A_TIME)
    )
    found = []
    for entry, reference, piece_name in session.execute(query):
        sealed = vault.reveal(session, entry.order_id, f"line:{entry.number}") or {}
        found.append(
            Offered(
                reference,
                entry.number,
                piece_name,
                WallState(entry.state),
                entry.offered_at,
                sealed.get("dedication") or "",
                sealed.get("shared_as") or "",
            )
        )
    return found
