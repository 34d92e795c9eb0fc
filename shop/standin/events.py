"""Telling what happened: each event is kept, and due for delivery, in the transaction that made it true."""

from typing import Any

from sqlalchemy.orm import Session

from shop import clock
from shop.payments.stripe_client import API_VERSION
from shop.standin.models import StandinDelivery, StandinEvent, StandinObject
from shop.standin.store import JSON, new_id, seconds_now


def tell(session: Session, what: str, about: StandinObject, before: JSON | None = None) -> None:
    """Keep an event of type `what` about an object as it is now, and put its delivery in the queue.

    `before` holds the former values of the fields that changed. An API call's own id and idempotency key are
    found in `session.info`, where the API puts them; a change made by hand has neither.
    """
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
    event = StandinEvent(id=body["id"], type=what, created=body["created"], body=body)
    session.add(StandinDelivery(event=event, state="due", attempts=0, due_at=clock.now(), leased_until=None))
