"""What comes into the log, and in which order: rows by groups, mixed by chance, and what was announced."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.giving.sums import Book
from shop.transparency import groups, stored_tree
from shop.transparency.announcements import leaf_of
from shop.transparency.commitments import OrderSalts, salts_of
from shop.transparency.ledger_rows import LedgerRow, not_in_log
from shop.transparency.models import LogAnnouncement, LogLeaf
from shop.transparency.stored_tree import AT_A_TIME
from shop.transparency.tiles import Edge

CHANCE: Final = secrets.SystemRandom()

MOST_ROWS: Final = 5_000
"""Rows looked at in one transaction, which others wait for: half a second's work."""


def let_in_rows(
    session: Session, vault: Vault, book: Book, edge: Edge, *, before: datetime, known: str, ended: str
) -> bool:
    """Let in what may come in of the months after `known`: of the rows booked `before`, all up to `ended`.

    Gives whether that was all of it: of many rows the first come in, and whoever calls comes again.
    """
    rows = not_in_log(session, book, before=before, known=known, ended=ended, most=MOST_ROWS)
    is_all = len(rows) < MOST_ROWS
    commitments = _commitments(session, vault, rows)
    by_seq = {row.seq: row for row in rows}
    waiting = [row.waiting(committed=row.seq in commitments) for row in rows]
    # What is left over of many must be a group of its own, too, also of a month that is closed.
    chosen = groups.entering(waiting, ended=ended if is_all else "") or groups.entering(waiting, ended=ended)
    CHANCE.shuffle(chosen)
    stored_tree.append(
        session, book, edge, _gifts([by_seq[one.seq] for one in chosen], commitments, edge.size)
    )
    return is_all or not chosen


def let_in_announced(session: Session, book: Book, edge: Edge) -> None:
    """Let in what was announced."""
    said = announced(session, book)
    leaves = (
        {"announcement_id": one.id, "leaf": leaf_of(one, number)}
        for number, one in enumerate(said, start=edge.size + 1)
    )
    stored_tree.append(session, book, edge, leaves)


def announced(session: Session, book: Book) -> Sequence[LogAnnouncement]:
    """What was announced and is in no leaf yet."""
    return session.scalars(
        select(LogAnnouncement)
        .outerjoin(LogLeaf, LogLeaf.announcement_id == LogAnnouncement.id)
        .where(LogAnnouncement.book == book, LogLeaf.number.is_(None))
        .order_by(LogAnnouncement.id)
    ).all()


def _gifts(rows: Sequence[LedgerRow], commitments: Mapping[int, str], size: int) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=size + 1):
        yield {"ledger_seq": row.seq, "leaf": row.gift(commitments.get(row.seq)).leaf(number)}


def _commitments(session: Session, vault: Vault, rows: Sequence[LedgerRow]) -> dict[int, str]:
    """By seq; rows of no order, and of one that has no key, have none."""
    found: dict[int, str] = {}
    for start in range(0, len(rows), AT_A_TIME):
        part = rows[start : start + AT_A_TIME]
        salts: Mapping[str, OrderSalts] = salts_of(session, vault, {row.order for row in part if row.order})
        found |= {row.seq: made for row in part if (made := row.commitment(salts))}
    return found
