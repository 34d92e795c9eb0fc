"""Checkpoints: made once a day and at each close of a month, signed, and kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.giving.models import LedgerPeriod, LedgerTxn
from shop.giving.sums import Book
from shop.transparency import merkle
from shop.transparency.anchoring import commit_to_ledger
from shop.transparency.announcements import announce
from shop.transparency.checkpoints import Checkpoint
from shop.transparency.models import LogAnnouncement, LogCheckpoint, LogCosignature
from shop.transparency.sequencing import last_closed, sequence, wait_for_turn
from shop.transparency.signed_notes import SigningKey
from shop.transparency.stored_tree import StoredTree

DAY: Final = "day"
CLOSE: Final = "close"
STATEMENT: Final = "statement"


@dataclass(frozen=True)
class _Turn:
    """What is to be done now."""

    before: datetime
    """Rows that were booked before this moment are of days that are over."""
    ended: str
    newly_closed: tuple[tuple[str, str], ...]
    """Months that were closed since the last checkpoint, and the hashes of their statements."""


def is_due(session: Session, book: Book) -> bool:
    """Whether a checkpoint is to be made: to be asked before a write lock is taken for it."""
    return _due(session, book) is not None


def publish(session: Session, vault: Vault, key: SigningKey, book: Book) -> LogCheckpoint | None:
    """Let in what may come in, and sign what the log is then. None when nothing was due.

    The key's name is the log's origin.
    """
    wait_for_turn(session, book)
    due = _due(session, book)
    if due is None:
        return None
    for month, digest in due.newly_closed:
        announce(session, STATEMENT, {"month": month, "sha256": digest}, book=book)
    commit_to_ledger(session, book)
    size = sequence(session, vault, book, before=due.before, ended=due.ended)
    row = _checkpoint(session, key, book, size, due)
    session.add(row)
    session.flush()
    return row


def _checkpoint(session: Session, key: SigningKey, book: Book, size: int, due: _Turn) -> LogCheckpoint:
    root = merkle.root(StoredTree(session, book).node, size)
    return LogCheckpoint(
        book=book,
        size=size,
        root=root,
        note=str(key.sign(Checkpoint(key.name, size, root).text)),
        made_at=clock.now(),
        reason=CLOSE if due.newly_closed else DAY,
        month=due.ended or None,
    )


def latest(session: Session, book: str) -> LogCheckpoint | None:
    """The newest checkpoint."""
    return session.scalars(_checkpoints(book).order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()


def with_cosignatures(session: Session, checkpoint: LogCheckpoint) -> str:
    """The note as it is handed out: with what witnesses have signed since."""
    lines = session.scalars(
        select(LogCosignature.line)
        .where(LogCosignature.book == checkpoint.book, LogCosignature.size == checkpoint.size)
        .order_by(LogCosignature.witness)
    )
    return checkpoint.note + "".join(f"{line}\n" for line in lines)


def _due(session: Session, book: Book) -> _Turn | None:
    last, begins = latest(session, book), clock.begins(clock.today())
    ended = last_closed(session)
    if last is None and not _anything(session, book):
        return None
    known = (last.month or "") if last else ""
    if last is not None and last.made_at >= begins and ended <= known:
        return None
    return _Turn(begins, ended, tuple(_closed_since(session, known)))


def _closed_since(session: Session, known: str) -> Iterator[tuple[str, str]]:
    closed = select(LedgerPeriod.name, LedgerPeriod.statement_sha256).where(
        LedgerPeriod.closed_at.is_not(None), LedgerPeriod.name > known
    )
    for name, digest in session.execute(closed.order_by(LedgerPeriod.name)):
        yield name, digest or ""


def _anything(session: Session, book: Book) -> bool:
    """Whether there is anything to say yet."""
    rows = select(LedgerTxn.seq).where(LedgerTxn.book == book).limit(1)
    said = select(LogAnnouncement.id).where(LogAnnouncement.book == book).limit(1)
    return session.scalar(rows) is not None or session.scalar(said) is not None


def _checkpoints(book: str) -> Select[LogCheckpoint]:
    return select(LogCheckpoint).where(LogCheckpoint.book == book)
