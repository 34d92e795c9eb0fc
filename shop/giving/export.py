"""The ledger as files for others to read and to check. No name, address, engraving or dedication is in it.

A new format is one function and one line in FORMATS.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from shop import clock
from shop.giving import row_texts
from shop.giving.booking_days import Part, counts_on
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerHead, LedgerTxn
from shop.giving.record import Record
from shop.giving.row_texts import COUNTS_ON, FIELDS, HAPPENED_ON, NUMBERS, WHAT, Field, Progress, Template
from shop.giving.transitions import ACCOUNT_NAMES, Account
from shop.money import CURRENCY

Writer = Callable[[Session, Part, Progress], Iterator[str]]
"""Gives the file piece by piece."""

COLUMNS: Final = tuple(column.name for column in fields(Record) if column.metadata.get("column", True))


class UnknownFormat(Exception):
    """There is no such format."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format {name!r}; there are {', '.join(sorted(FORMATS))}.")
        self.name = name


def export(
    session: Session,
    name: str,
    *,
    book: Book,
    first: date | None = None,
    last: date | None = None,
    progress: Progress = bool,
) -> Iterator[str]:
    """The ledger in the format of that name, piece by piece. Raises UnknownFormat at once."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    return FORMATS[name](session, Part(book, first, last), progress)


def listed(session: Session, part: Part, *, before: int | None = None, most: int) -> list[Record]:
    """The part's transactions, the last booked first: `most` of them, from transaction `before` on back."""
    query = select(LedgerTxn.seq).where(part.condition)
    if before is not None:
        period = session.scalar(select(LedgerTxn.period).where(LedgerTxn.seq == before))
        query = query.where(tuple_(LedgerTxn.period, LedgerTxn.seq) < tuple_(literal(period), before))
    numbers = session.scalars(query.order_by(LedgerTxn.period.desc(), LedgerTxn.seq.desc()).limit(most)).all()
    found = {record.seq: record for record in _records(session, numbers)}
    return [found[seq] for seq in numbers]


def _records(session: Session, numbers: Sequence[int]) -> Iterator[Record]:
    """The transactions of these numbers, in order of seq."""
    rows = session.execute(_QUERY.where(LedgerTxn.seq.in_(numbers)))
    for _, group in groupby(rows, key=lambda row: row.seq):
        yield _record(list(group))


_QUERY: Final = (
    select(
        LedgerTxn.seq, LedgerTxn.event_at, LedgerTxn.booked_at, LedgerTxn.period, LedgerTxn.book,
        LedgerTxn.kind, LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.sku, LedgerTxn.policy_id,
        LedgerTxn.reverses_seq, LedgerTxn.hash, LedgerEntry.account, LedgerEntry.amount_pence,
    )
    .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
    .order_by(LedgerTxn.seq, LedgerEntry.line)
)  # fmt: skip


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
        happened_on=clock.in_britain(txn.event_at).date(),
        counts_on=counts_on(txn.period, txn.booked_at),
        lines=lines,
    )


def _slow(session: Session, write: Callable[[Record], str]) -> Callable[[int], str]:
    """A row by itself, on a connection of its own: the one in use is in the middle of all the others."""

    def one(seq: int) -> str:
        with Session(session.get_bind()) as other:
            return write(next(_records(other, [seq])))

    return one


def _between(texts: Sequence[str], names: Sequence[str]) -> list[str | Field]:
    """A template: a text before each field, and one after the last."""
    pieces: list[str | Field] = []
    for before, name in zip(texts, names, strict=False):
        pieces += [before, FIELDS[name]]
    return [*pieces, texts[-1]]


def csv_row(record: Record) -> str:
    """A row of the CSV file (RFC 4180)."""
    return _csv_line([getattr(record, column) for column in COLUMNS])


def _csv_line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _csv(session: Session, part: Part, progress: Progress) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    pieces = _between(["", *[","] * (len(COLUMNS) - 1), ""], COLUMNS)
    yield from row_texts.written(session, part, Template(pieces, "\r\n", _slow(session, csv_row)), progress)


def json_row(record: Record) -> str:
    """A line of the JSON file."""
    return json.dumps({column: getattr(record, column) for column in COLUMNS}) + "\n"


def _json_lines(session: Session, part: Part, progress: Progress) -> Iterator[str]:
    pieces: list[str | Field] = []
    for number, name in enumerate(COLUMNS):
        before = ("{" if number == 0 else ", ") + f'"{name}": '
        if name in NUMBERS:
            known = FIELDS[name]
            asked = Field(
                f"coalesce({known.sqlite}, 'null')", f"coalesce(({known.postgresql})::text, 'null')"
            )
            pieces += [before, asked]
        else:
            pieces += [f'{before}"', FIELDS[name], '"']
    template = Template([*pieces, "}"], "\n", _slow(session, json_row))
    yield from row_texts.written(session, part, template, progress)


_BEANCOUNT: Final = {
    Account.ACCRUED: "Liabilities:Charity:Accrued",
    Account.HELD: "Liabilities:Charity:Held",
    Account.PAYABLE: "Liabilities:Charity:Payable",
    Account.REMITTED: "Assets:Remitted",
    Account.COST: "Expenses:Giving",
}


def beancount_row(record: Record) -> str:
    """A transaction of the beancount file, the empty line before it included."""
    what = " ".join(filter(None, (record.order_reference, record.sku)))
    lines = "".join(
        f"\n  {_BEANCOUNT[account]}  {_decimal(pence)} {CURRENCY.upper()}" for account, pence in record.lines
    )
    head = f'\n{record.counts_on} * "{record.kind}" "{what}"\n  seq: {record.seq}\n  hash: "{record.hash}"'
    head += f"\n  happened: {record.happened_on}"
    return f"{head}{lines}\n"


def _beancount(session: Session, part: Part, progress: Progress) -> Iterator[str]:
    """Double entry that `bean-check` can check without us; its closing balances are of this file alone."""
    yield 'option "title" "Part of Me: donation ledger"\noption "operating_currency" "GBP"\n\n'
    for account, name in ACCOUNT_NAMES.items():
        yield f'1970-01-01 open {_BEANCOUNT[account]} GBP\n  name: "{name}"\n'
    part = replace(part, last_seq=session.scalar(select(LedgerHead.last_seq)))  # sums and rows of one moment
    pieces: list[str | Field] = [
        "\n", COUNTS_ON, ' * "', FIELDS["kind"], '" "', WHAT, '"\n  seq: ', FIELDS["seq"], '\n  hash: "',
        FIELDS["hash"], '"\n  happened: ', HAPPENED_ON, "\n",
        row_texts.lines_of({a: f"  {name}" for a, name in _BEANCOUNT.items()}),
    ]  # fmt: skip
    template = Template(pieces, "\n", _slow(session, beancount_row))
    yield from row_texts.written(session, part, template, progress)
    yield from _closing(session, part)


def _closing(session: Session, part: Part) -> Iterator[str]:
    query = (
        select(
            LedgerEntry.account,
            func.sum(LedgerEntry.amount_pence),
            func.max(LedgerTxn.period),
            func.max(LedgerTxn.booked_at),
        )
        .join(LedgerTxn, LedgerTxn.seq == LedgerEntry.txn_seq)
        .where(part.condition)
        .group_by(LedgerEntry.account)
    )
    found = session.execute(query).all()
    if not found:
        return
    balances = {account: int(pence) for account, pence, *_ in found}
    after = max(counts_on(period, booked_at) for *_, period, booked_at in found) + timedelta(days=1)
    yield "\n"
    for account in Account:
        yield f"{after} balance {_BEANCOUNT[account]}  {_decimal(balances.get(account, 0))} GBP\n"


FORMATS: Final[dict[str, Writer]] = {"csv": _csv, "json": _json_lines, "beancount": _beancount}


def _decimal(pence: int) -> str:
    """Pence as plain decimal pounds: -500 is -5.00."""
    whole, part = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{part:02d}"
