"""What comes into the log, and in which order: rows by groups, mixed by chance, and what was announced."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.giving.models import LedgerPeriod
from shop.giving.sums import Book
from shop.sql import one_at_a_time
from shop.transparency import groups, stored_tree
from shop.transparency.announcements import leaf_of
from shop.transparency.commitments import OrderSalts, salts_of
from shop.transparency.ledger_rows import LedgerRow, not_in_log
from shop.transparency.models import LogAnnouncement, LogLeaf
from shop.transparency.stored_tree import AT_A_TIME, StoredTree

CHANCE: Final = secrets.SystemRandom()


def wait_for_turn(session: Session, book: Book) -> None:
    """Wait until nobody else lets anything into this log."""
    one_at_a_time(session, f"giving log, {book}")


def last_closed(session: Session) -> str:
    """The last month that is closed; "" when none is."""
    closed = select(func.max(LedgerPeriod.name)).where(LedgerPeriod.closed_at.is_not(None))
    return session.scalar(closed) or ""


def sequence(session: Session, vault: Vault, book: Book, *, before: datetime, ended: str) -> int:
    """Let in what may come in: of the rows booked `before`, and all of the months up to `ended`.

    Gives how many leaves there are then. Whoever calls holds the turn.
    """
    edge = StoredTree(session, book).edge()
    rows = not_in_log(session, book, before=before, ended=ended)
    commitments = _commitments(session, vault, rows)
    waiting = {row.seq: row for row in rows}
    chosen = groups.entering((row.waiting(committed=row.seq in commitments) for row in rows), ended=ended)
    CHANCE.shuffle(chosen)
    leaves = _leaves([waiting[one.seq] for one in chosen], commitments, announced(session, book), edge.size)
    stored_tree.append(session, book, edge, leaves)
    return edge.size


def announced(session: Session, book: Book) -> Sequence[LogAnnouncement]:
    """What was announced and is in no leaf yet."""
    return session.scalars(
        select(LogAnnouncement)
        .outerjoin(LogLeaf, LogLeaf.announcement_id == LogAnnouncement.id)
        .where(LogAnnouncement.book == book, LogLeaf.number.is_(None))
        .order_by(LogAnnouncement.id)
    ).all()


def _leaves(
    rows: Sequence[LedgerRow],
    commitments: Mapping[int, str],
    said: Sequence[LogAnnouncement],
    size: int,
) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=size + 1):
        yield {"ledger_seq": row.seq, "leaf": row.gift(commitments.get(row.seq)).leaf(number)}
    for number, one in enumerate(said, start=size + len(rows) + 1):
        yield {"announcement_id": one.id, "leaf": leaf_of(one, number)}


def _commitments(session: Session, vault: Vault, rows: Sequence[LedgerRow]) -> dict[int, str]:
    """By seq; rows of no order, and of one that has no key, have none."""
    found: dict[int, str] = {}
    for start in range(0, len(rows), AT_A_TIME):
        part = rows[start : start + AT_A_TIME]
        salts: Mapping[str, OrderSalts] = salts_of(session, vault, {row.order for row in part if row.order})
        found |= {row.seq: made for row in part if (made := row.commitment(salts))}
    return found
