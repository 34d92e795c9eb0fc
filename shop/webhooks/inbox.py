"""The inbox: an event is kept in the transaction of its effect, so it is never half done or done twice."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from shop import clock
from shop.db import is_sqlite
from shop.payments.seen import EventSeen
from shop.webhooks.models import InboxEvent


def seen(session: Session, event_id: str) -> bool:
    """Whether the event was acted on before."""
    return session.get(InboxEvent, event_id) is not None


def keep(session: Session, event: EventSeen, order_id: int | None) -> bool:
    """Keep the event. False when it was kept before: then its effect must not be applied again."""
    insert = insert_sqlite if is_sqlite(session) else insert_postgresql
    row = {
        "id": event.id,
        "type": event.type,
        "created_at": event.created,
        "received_at": clock.now(),
        "order_id": order_id,
    }
    kept = (
        insert(InboxEvent).values(row).on_conflict_do_nothing(index_elements=["id"]).returning(InboxEvent.id)
    )
    return session.execute(kept).first() is not None


def known_ids(session: Session) -> list[str]:
    """The ids of all events kept, oldest first."""
    return list(session.scalars(select(InboxEvent.id).order_by(InboxEvent.received_at)))
