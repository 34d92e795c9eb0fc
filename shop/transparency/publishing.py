"""When the log is brought up: once a day and at each close of a month, a checkpoint is made and kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.giving.models import LedgerPeriod, LedgerTxn
from shop.giving.sums import Book
from shop.transparency import checkpoints, merkle
from shop.transparency.anchoring import commit_to_ledger
from shop.transparency.announcements import announce, wait_for_turn
from shop.transparency.models import LogAnnouncement, LogCheckpoint, LogCosignature
from shop.transparency.sequencing import let_in_announced, let_in_rows
from shop.transparency.signed_notes import SigningKey
from shop.transparency.stored_tree import StoredTree

DAY: Final = "day"
CLOSE: Final = "close"
STATEMENT: Final = "statement"


@frozen
class Published:
    """What was made, and whether there is more to do at once."""

    checkpoint: LogCheckpoint
    more: bool
    """A log that begins late has a long past; it comes in by pieces, so that nobody waits for it."""


@frozen
class _Turn:
    """What is to be done now."""

    before: datetime
    """Rows that were booked before this moment are of days that are over."""
    known: str
    """The last month that the log knows as closed; "" for none."""
    closed: Sequence[tuple[str, str]]
    """Months that were closed since, and the hashes of their statements. One is dealt with at a time."""

    @property
    def ended(self) -> str:
        """The month up to which all comes in."""
        return self.closed[0][0] if self.closed else self.known


def is_due(session: Session, book: Book) -> bool:
    """Whether a checkpoint is to be made: to be asked before a write lock is taken for it."""
    return _due(session, book, go_on=False) is not None


def publish(
    session: Session, vault: Vault, key: SigningKey, book: Book, *, go_on: bool = False
) -> Published | None:
    """Let in what may come in, and sign what the log is then. None when nothing was due.

    The key's name is the log's origin. `go_on`: after one that had more to do.
    """
    wait_for_turn(session, book)
    due = _due(session, book, go_on=go_on)
    if due is None:
        return None
    edge = StoredTree(session, book).edge()
    whole = let_in_rows(session, vault, book, edge, before=due.before, known=due.known, ended=due.ended)
    closed = due.closed[:1] if whole else ()
    for month, digest in closed:
        announce(session, STATEMENT, {"month": month, "sha256": digest}, book=book)
    made_at = clock.now()  # looked at once: the leaf and the checkpoint are of one day, also at midnight
    commit_to_ledger(session, book, made_at)
    let_in_announced(session, book, edge)
    row = _checkpoint(session, key, book, edge.size, made_at)
    row.reason, row.month = CLOSE if closed else DAY, (due.ended if whole else due.known) or None
    session.add(row)
    session.flush()
    return Published(row, more=not whole or len(due.closed) > 1)


def _checkpoint(session: Session, key: SigningKey, book: Book, size: int, made_at: datetime) -> LogCheckpoint:
    root = merkle.root(StoredTree(session, book).node, size)
    note = checkpoints.signed(key, size, root)
    return LogCheckpoint(book=book, size=size, root=root, note=str(note), made_at=made_at)


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


def _due(session: Session, book: Book, *, go_on: bool) -> _Turn | None:
    last, begins = latest(session, book), clock.begins(clock.today())
    if last is None and not _anything(session, book):
        return None
    known = (last.month or "") if last else ""
    closed = list(_closed_since(session, known))
    if last is not None and last.made_at >= begins and not (closed or go_on):
        return None
    return _Turn(begins, known, closed)


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
