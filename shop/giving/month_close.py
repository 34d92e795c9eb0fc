"""Closing a month: from then on nothing can be booked in it, and its statement is kept by its hash.

Months are closed in their turn, each once, when Britain's calendar has left them. What becomes known later
stands in the month that is open. The database's triggers hold to the same (`guards`).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving.booking_days import next_month
from shop.giving.models import GENESIS, LedgerPeriod, LedgerTxn, Policy
from shop.giving.month_statements import BOOKS, MonthStatement, Promise, digest, statement_of, written
from shop.giving.months import read_sums
from shop.giving.posting import lock_head
from shop.giving.sums import Book


class NotItsTurn(Exception):
    """The month is closed, has not ended, or one before it is open."""

    def __init__(self, month: str) -> None:
        super().__init__(f"{month} is not the month to close now.")
        self.month = month


class SomethingWasBooked(Exception):
    """The month is not what whoever closes it was shown."""

    def __init__(self, month: str) -> None:
        super().__init__(f"Something was booked in {month} meanwhile.")
        self.month = month


@frozen
class Ending:
    """How a month ends: its text to freeze, and what it is made of."""

    month: str
    last_seq: int
    last_hash: str
    statements: Sequence[MonthStatement]

    @property
    def text(self) -> str:
        """What is frozen."""
        return written(self.month, self.last_seq, self.last_hash, self.statements)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text."""
        return digest(self.text)


@frozen
class Closed:
    """Who closed a month, when, and the hash of what was frozen."""

    month: str
    closed_at: datetime
    closed_by: str
    digest: str


def closed_months(session: Session) -> dict[str, Closed]:
    """Every month that is closed."""
    rows = session.scalars(select(LedgerPeriod).where(LedgerPeriod.closed_at.is_not(None)))
    return {
        row.name: Closed(row.name, row.closed_at, row.closed_by or "", row.statement_sha256 or "")
        for row in rows
        if row.closed_at is not None
    }


def first_month(session: Session) -> str | None:
    """The month of the first booking."""
    return session.scalar(select(LedgerTxn.period).order_by(LedgerTxn.seq).limit(1))


def next_to_close(session: Session) -> str | None:
    """The month whose turn it is, if it is over: the one after the last closed, or the ledger's first."""
    closed = session.scalar(select(func.max(LedgerPeriod.name)).where(LedgerPeriod.closed_at.is_not(None)))
    month = next_month(closed) if closed else first_month(session)
    return month if month and month < clock.month(clock.now()) else None


def ending(session: Session, month: str) -> Ending:
    """How a month ends, as the ledger stands now."""
    last = session.execute(
        select(LedgerTxn.seq, LedgerTxn.hash)
        .where(LedgerTxn.period <= month)
        .order_by(LedgerTxn.period.desc(), LedgerTxn.seq.desc())
        .limit(1)
    ).one_or_none()
    found = [statements(session, book, [month])[0] for book in BOOKS]
    return Ending(month, last.seq if last else 0, last.hash if last else GENESIS, found)


def postings(session: Session, month: str) -> int:
    """How many transactions of both books a month has."""
    query = select(func.count()).select_from(LedgerTxn).where(LedgerTxn.period == month)
    return session.scalar(query) or 0


def statements(session: Session, book: Book, months: Sequence[str]) -> list[MonthStatement]:
    """A book's statements of these months, in as many queries as of one."""
    sums, promised = read_sums(session, book), promises(session)
    return [statement_of(sums, month, promised) for month in months]


def promises(session: Session) -> dict[int, Promise]:
    """Every policy as a statement needs it, by its id."""
    rows = session.execute(select(Policy.id, Policy.charity_name, Policy.amount_pence))
    return {row.id: Promise(row.charity_name, row.amount_pence) for row in rows}


def close_month(session: Session, month: str, *, seen: str, actor: str) -> Ending:
    """Close a month; `seen` is the digest of the text that the person was shown.

    Raises NotItsTurn, and SomethingWasBooked when the month has become another one since.
    """
    lock_head(session)
    if next_to_close(session) != month:
        raise NotItsTurn(month)
    found = ending(session, month)
    if found.digest != seen:
        raise SomethingWasBooked(month)
    freeze(session, found, actor=actor)
    return found


def freeze(session: Session, found: Ending, *, actor: str) -> None:
    """Write down that a month ends so, whatever the calendar says."""
    if session.get(LedgerPeriod, found.month) is None:
        session.add(LedgerPeriod(name=found.month))
        session.flush()
    session.execute(
        update(LedgerPeriod)
        .where(LedgerPeriod.name == found.month)
        .values(
            closed_at=clock.now(),
            closed_by=actor,
            last_seq=found.last_seq,
            last_hash=found.last_hash,
            statement_sha256=found.digest,
        )
    )
