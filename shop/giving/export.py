"""The ledger as files for others to read and to check. No name, address, engraving or dedication is in it.

A new format is one function and one line in FORMATS.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from shop.giving import csv_file
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import ACCOUNT_NAMES, Account
from shop.money import CURRENCY

BATCH: Final = 500
"""Rows in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One transaction. `amount` and `amount_pence`: by how much it changes what the charity is given.

    Plus for an accrual, minus for a reversal or a lost dispute, zero while money only changes its standing.
    `paid_pence`: what the transaction paid over to the charity; minus where a payment was undone.
    """

    seq: int
    event_at: str
    booked_at: str
    period: str
    book: str
    kind: str
    order_reference: str
    unit: int | None
    sku: str
    policy: int | None
    amount: str
    amount_pence: int
    paid_pence: int
    currency: str
    reverses_seq: int | None
    hash: str
    lines: tuple[tuple[Account, int], ...] = field(metadata={"column": False})


@dataclass(frozen=True)
class Part:
    """A book's transactions by the day of the event (UTC), both inclusive."""

    book: Book
    first: date | None = None
    last: date | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What a transaction of this part fulfils."""
        yield LedgerTxn.book == self.book
        if self.first is not None:
            yield LedgerTxn.event_at >= _midnight(self.first)
        if self.last is not None and self.last < date.max:
            yield LedgerTxn.event_at < _midnight(self.last + timedelta(days=1))


Writer = Callable[[Session, Part], Iterator[str]]
"""Gives the file piece by piece."""

COLUMNS: Final = tuple(column.name for column in fields(Record) if column.metadata.get("column", True))


class UnknownFormat(Exception):
    """There is no such format."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format {name!r}; there are {', '.join(sorted(FORMATS))}.")
        self.name = name


def export(
    session: Session, name: str, *, book: Book, first: date | None = None, last: date | None = None
) -> Iterator[str]:
    """The ledger in the format of that name, piece by piece. Raises UnknownFormat at once."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    return FORMATS[name](session, Part(book, first, last))


def records(
    session: Session, *, book: Book, first: date | None = None, last: date | None = None
) -> Iterator[Record]:
    """The book's transactions in order of seq, streamed; by the day of the event (UTC), both inclusive."""
    return _records(session, Part(book, first, last))


def _records(session: Session, part: Part) -> Iterator[Record]:
    query = (
        select(
            LedgerTxn.seq, LedgerTxn.event_at, LedgerTxn.booked_at, LedgerTxn.period, LedgerTxn.book,
            LedgerTxn.kind, LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.sku, LedgerTxn.policy_id,
            LedgerTxn.reverses_seq, LedgerTxn.hash, LedgerEntry.account, LedgerEntry.amount_pence,
        )
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(*part.conditions())
        .order_by(LedgerTxn.seq, LedgerEntry.line)
        .execution_options(yield_per=BATCH)
    )  # fmt: skip
    with session.execute(query) as found:  # closed also when the reader goes away half-way
        for _, group in groupby(found, key=lambda row: row.seq):
            yield _record(list(group))


def _record(rows: Sequence[Any]) -> Record:
    txn = rows[0]
    lines = tuple((Account(row.account), row.amount_pence) for row in rows)
    given = sum(pence for account, pence in lines if account is Account.COST)
    return Record(
        seq=txn.seq,
        event_at=txn.event_at.isoformat(),
        booked_at=txn.booked_at.isoformat(),
        period=txn.period,
        book=txn.book,
        kind=txn.kind,
        order_reference=txn.order_reference or "",
        unit=txn.unit,
        sku=txn.sku or "",
        policy=txn.policy_id,
        amount=_decimal(given),
        amount_pence=given,
        paid_pence=-sum(pence for account, pence in lines if account is Account.REMITTED),
        currency=CURRENCY.upper(),
        reverses_seq=txn.reverses_seq,
        hash=txn.hash,
        lines=lines,
    )


def _csv(session: Session, part: Part) -> Iterator[str]:
    return csv_file.written(session, COLUMNS, list(part.conditions()))


def _json_lines(session: Session, part: Part) -> Iterator[str]:
    for row in _records(session, part):
        yield json.dumps({column: getattr(row, column) for column in COLUMNS}) + "\n"


_BEANCOUNT: Final = {
    Account.ACCRUED: "Liabilities:Charity:Accrued",
    Account.HELD: "Liabilities:Charity:Held",
    Account.PAYABLE: "Liabilities:Charity:Payable",
    Account.REMITTED: "Assets:Remitted",
    Account.COST: "Expenses:Giving",
}


def _beancount(session: Session, part: Part) -> Iterator[str]:
    """Double entry that `bean-check` can check without us; its closing balances are of this file alone."""
    yield 'option "title" "Part of Me: donation ledger"\noption "operating_currency" "GBP"\n\n'
    for account, name in ACCOUNT_NAMES.items():
        yield f'1970-01-01 open {_BEANCOUNT[account]} GBP\n  name: "{name}"\n'
    balances, latest = dict.fromkeys(Account, 0), ""
    for row in _records(session, part):
        day = row.event_at[:10]
        latest = max(latest, day)
        what = " ".join(filter(None, (row.order_reference, row.sku)))
        yield f'\n{day} * "{row.kind}" "{what}"\n  seq: {row.seq}\n  hash: "{row.hash}"\n'
        for account, pence in row.lines:
            balances[account] += pence
            yield f"  {_BEANCOUNT[account]}  {_decimal(pence)} GBP\n"
    if latest:
        after = date.fromisoformat(latest) + timedelta(days=1)
        yield "\n"
        for account, pence in balances.items():
            yield f"{after} balance {_BEANCOUNT[account]}  {_decimal(pence)} GBP\n"


FORMATS: Final[dict[str, Writer]] = {"csv": _csv, "json": _json_lines, "beancount": _beancount}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _decimal(pence: int) -> str:
    """Pence as plain decimal pounds: -500 is -5.00."""
    whole, part = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{part:02d}"
