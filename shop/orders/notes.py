"""What the owner writes down about an order for nobody but those who work here.

The words are sealed with the order's own and go with them. No page or e-mail for the buyer shows them;
whoever asks for all that is kept about them is given them too (UK GDPR, article 15: what is written about
somebody is theirs to read).
"""

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.dedications.words import check_note
from shop.frozen import frozen
from shop.orders.lifecycle import lock
from shop.orders.models import OrderNote


class NothingWritten(Exception):
    """The note is empty."""


@frozen
class Note:
    """One note."""

    at: datetime
    actor: str
    words: str = field(repr=False)


def write(session: Session, vault: Vault, order_id: int, words: str, *, actor: str) -> None:
    """Keep a note. Raises NothingWritten, DedicationRefused, or OrderNotOpen once the order was erased."""
    kept = check_note(words)
    if kept is None:
        raise NothingWritten
    lock(session, order_id)
    note = OrderNote(order_id=order_id, at=clock.now(), actor=actor)
    session.add(note)
    session.flush()
    vault.seal(session, order_id, _label(note), kept)


def notes_of(session: Session, vault: Vault, order_id: int) -> Sequence[Note]:
    """The notes about an order, oldest first; none once it was erased."""
    rows = session.scalars(
        select(OrderNote).where(OrderNote.order_id == order_id).order_by(OrderNote.id)
    ).all()
    sealed = vault.reveal_all(session, order_id) if rows else {}
    return [Note(row.at, row.actor, sealed[_label(row)]) for row in rows if _label(row) in sealed]


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """The same, as plain values JSON can hold."""
    return [
        {"at": note.at.isoformat(), "by": note.actor, "words": note.words}
        for note in notes_of(session, vault, order_id)
    ]


def _label(note: OrderNote) -> str:
    return f"note:{note.id}"
