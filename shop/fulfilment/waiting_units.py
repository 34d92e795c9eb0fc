"""The units that wait for something, by what it is: how many there are, and each of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.fulfilment.models import Unit
from shop.fulfilment.queue import UNITS, Queued, made_of, next_is, queued
from shop.fulfilment.stages import TO_MAKE, Action, Hold
from shop.giving.ledger import Book
from shop.orders.models import Order


def _late() -> ColumnElement[bool]:
    return Order.posted_by < clock.today()


LISTS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = {
    "to check": partial(next_is, Action.CHECK),
    "to engrave": partial(next_is, Action.BEGIN),
    "being engraved": partial(next_is, Action.FINISH),
    "to look at again": partial(next_is, Action.INSPECT),
    "to pack": partial(next_is, Action.PACK),
    "to post": partial(next_is, Action.POST),
    "late": _late,
    "on hold": lambda: Unit.held.is_not(None),
    "waiting for an answer": lambda: Unit.held == Hold.QUESTION,
}
"""What units that still have to leave the bench may wait for. One may be in several lists."""


def numbers(session: Session, book: Book) -> Mapping[str, int]:
    """How many units are in each list."""
    counted = [func.count().filter(condition()) for condition in LISTS.values()]
    found = session.execute(select(*counted).select_from(UNITS).where(*_at_the_bench(book))).one()
    return dict(zip(LISTS, found, strict=True))


def units_in(session: Session, name: str, book: Book, *, most: int, skipped: int) -> Sequence[Queued]:
    """The units of one list, by the day promised. Raises KeyError when there is no such list."""
    return queued(session, LISTS[name]() & Unit.stage.in_(TO_MAKE), book, most, skipped=skipped)


def _at_the_bench(book: Book) -> tuple[ColumnElement[bool], ...]:
    return *made_of(book), Unit.stage.in_(TO_MAKE)
