"""Telling what happened: each event is kept, and due for delivery, in the transaction that made it true."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.orm import Session

from shop import clock
from shop.sql import columns_of, write
from shop.standin.models import StandinDelivery, StandinEvent, StandinObject
from shop.standin.store import JSON, MADE, new_id, seconds_now

_TOLD: Final = "standin.told"


def emit(session: Session, what: str, about: StandinObject, before: JSON | None = None) -> None:
    """Keep an event of type `what` about an object as it is now, and put its delivery in the queue.

    `before` holds the former values of the fields that changed. An API call's own id and idempotency key are
    found in `session.info`, where the API puts them; a change made by hand has neither.
    """
    from shop.payments.stripe_client import API_VERSION  # noqa: PLC0415 - the SDK is loaded once it is asked

    data: dict[str, Any] = {"object": dict(about.body)}
    if before:
        data["previous_attributes"] = before
    body = {
        "id": new_id("evt_"),
        "object": "event",
        "api_version": API_VERSION,
        "created": seconds_now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": session.info.get("standin.request", {"id": None, "idempotency_key": None}),
        "type": what,
    }
    told: list[JSON] | None = session.info.get(_TOLD)
    if told is None:
        _keep(session, [body])
    else:
        told.append(body)


@contextmanager
def at_once(session: Session) -> Iterator[None]:
    """What is told and made inside is written together at its end, as it is then."""
    told: list[JSON] = session.info.setdefault(_TOLD, [])
    made: list[StandinObject] = session.info.setdefault(MADE, [])
    try:
        yield
        write(session, StandinObject, [columns_of(row) for row in made])
        _keep(session, told)
    finally:
        del session.info[_TOLD], session.info[MADE]


def _keep(session: Session, told: Sequence[JSON]) -> None:
    now = clock.now()
    write(
        session,
        StandinEvent,
        [{"id": body["id"], "type": body["type"], "created": body["created"], "body": body} for body in told],
    )
    waiting = {"state": "due", "attempts": 0, "due_at": now, "leased_until": None}
    write(session, StandinDelivery, [waiting | {"event_id": body["id"]} for body in told])
