"""Who opened a dedication to print its card: each opening leaves a row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shop import clock
from shop.fulfilment.models import CardOpening
from shop.orders.models import OrderLine


def note_opened(session: Session, line_ids: Iterable[int], *, actor: str) -> None:
    """Write down that somebody opens the dedications of these units now."""
    now = clock.now()
    if rows := [{"order_line_id": line_id, "at": now, "actor": actor} for line_id in line_ids]:
        session.execute(insert(CardOpening), rows)


def openings_of(session: Session, order_id: int) -> Mapping[int, Sequence[CardOpening]]:
    """When the dedications of an order were opened, oldest first, by the number of the line."""
    rows = session.execute(
        select(OrderLine.number, CardOpening)
        .join(CardOpening, CardOpening.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order_id)
        .order_by(CardOpening.id)
    ).all()
    found: dict[int, list[CardOpening]] = {}
    for number, opening in rows:
        found.setdefault(number, []).append(opening)
    return found


def kept(session: Session, order_id: int) -> list[dict[str, Any]]:
    """The same as plain values that JSON can hold."""
    return [
        {"piece": number, "at": opening.at.isoformat(), "by": opening.actor}
        for number, openings in openings_of(session, order_id).items()
        for opening in openings
    ]
