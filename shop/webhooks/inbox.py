"""The inbox: an event is kept when it arrives, claimed by one worker at a time, and done with its effect."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.db import Database
from shop.frozen import frozen
from shop.orm import table_of
from shop.payments.stripe_snapshot import EventSeen
from shop.sql import NOW, has_come, moments, write_once
from shop.webhooks.models import InboxEvent

LEASE: Final = timedelta(minutes=3)
"""How long one worker may take before another may try: longer than all that Stripe may make one look wait."""
FIRST_DELAY: Final = timedelta(seconds=2)
LONGEST_DELAY: Final = timedelta(minutes=30)
FURTHEST: Final = 1.5 * LONGEST_DELAY
"""With its jitter."""
STUCK_AFTER: Final = timedelta(minutes=15)
"""An event that could not be acted on for so long is shown to the owner."""
MOST_AT_ONCE: Final = 100
_TABLE: Final = table_of(InboxEvent)
_event: Final = _TABLE.c
_OLDEST_FIRST: Final = (
    select(
        _event.id, _event.type, _event.object_id, _event.payment_intent, _event.order_id, _event.attempts,
        _event.received_at,
    )
    .where(has_come(_event.due_at, NOW, FURTHEST))
    .order_by(_event.due_at, _event.id)
)  # fmt: skip
_DUE: Final = _OLDEST_FIRST.limit(1)
_TAKEN: Final = _DUE.with_for_update(skip_locked=True)
_OTHERS: Final = (
    _OLDEST_FIRST.where(_event.order_id == bindparam("order"), _event.id != bindparam("oldest"))
    .limit(MOST_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_THESE: Final = update(_TABLE).where(_event.id.in_(bindparam("ids", expanding=True)))
_DONE: Final = _THESE.where(_event.done_at.is_(None)).returning(_event.id)


@frozen
class Waiting:
    """Events of one order (or one event of nobody's) that this worker may act on until its lease ends."""

    ids: Sequence[str]
    types: Sequence[str]
    """Of each of them, the oldest first."""
    order_id: int | None
    session_id: str | None
    """A Checkout session they tell of, which we may not have noted yet."""
    payment_intent: str | None
    object_id: str | None
    """What the oldest of them is about, at Stripe."""
    attempts: int
    waiting_since: datetime


def keep(session: Session, event: EventSeen, order_id: int | None) -> bool:
    """Keep an event for the worker. False when it was kept before."""
    now = clock.now()
    row = {
        "id": event.id,
        "type": event.type,
        "object_id": event.object.get("id"),
        "payment_intent": event.payment_intent,
        "created_at": event.created,
        "received_at": now,
        "order_id": order_id,
        "due_at": now,
        "attempts": 0,
    }
    return write_once(session, InboxEvent, row, "id")


def claim(database: Database) -> Waiting | None:
    """Take the oldest event that is due, with all others of its order: one look does for them all.

    Nothing is written, and no lock taken, when none is due.
    """
    with database.looking() as session:
        if session.connection().execute(_DUE, moments(clock.now(), FURTHEST)).first() is None:
            return None
    with database.transaction() as session:
        connection, due = session.connection(), moments(clock.now(), FURTHEST)
        oldest = connection.execute(_TAKEN, due).first()
        if oldest is None:
            return None  # another worker was faster
        events = _together(connection, oldest, due)
        claimed = Waiting(
            ids=[event.id for event in events],
            types=[event.type for event in events],
            order_id=oldest.order_id,
            session_id=next(_sessions(events), None),
            payment_intent=oldest.payment_intent,
            object_id=oldest.object_id,
            attempts=max(event.attempts for event in events) + 1,
            waiting_since=min(event.received_at for event in events),
        )
        leased = {"ids": claimed.ids, "due_at": clock.now() + LEASE, "attempts": claimed.attempts}
        connection.execute(_THESE, leased)
        return claimed


def done(session: Session, ids: Sequence[str], order_id: int | None) -> bool:
    """Note that events were acted on, in the transaction of their effect.

    False when all of them were before: then the effect must not be applied again.
    """
    noted = {"ids": ids, "done_at": clock.now(), "due_at": None, "order_id": order_id}
    return session.connection().execute(_DONE, noted).first() is not None


def postpone(session: Session, claimed: Waiting) -> None:
    """Try again later: each time about twice as late, jittered so that many do not come back together."""
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(claimed.attempts - 1, 12))
    jitter = random.uniform(0.75, 1.25)  # noqa: S311  (spreads load, guards nothing)
    session.execute(
        update(InboxEvent)
        .where(InboxEvent.id.in_(claimed.ids), InboxEvent.done_at.is_(None))
        .values(due_at=clock.now() + delay * jitter)
        .execution_options(synchronize_session=False)
    )


def _together(connection: Connection, oldest: Any, due: dict[str, datetime]) -> list[Any]:
    """The event with what else is due about its order; a second Checkout session waits for the next look."""
    if oldest.order_id is None:
        return [oldest]
    others = connection.execute(_OTHERS, due | {"order": oldest.order_id, "oldest": oldest.id})
    events = [oldest, *others]
    told = next(_sessions(events), None)
    return [event for event in events if all(found == told for found in _sessions([event]))]


def _sessions(events: Iterable[Any]) -> Iterator[str]:
    """The Checkout sessions that events are about."""
    for event in events:
        if event.type.startswith("checkout.session.") and event.object_id:
            yield event.object_id
