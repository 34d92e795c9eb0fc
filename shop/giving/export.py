"""The ledger as files for others to read and to check. No name, address, engraving or dedication is in it.

A new format is one function and one line in FORMATS.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.giving import row_texts
from shop.giving.booking_days import Part, counts_on
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerHead, LedgerTxn
from shop.giving.record import Record, decimal, records
from shop.giving.row_fields import COUNTS_ON, FIELDS, HAPPENED_ON, NUMBERS, WHAT, Field, lines_of
from shop.giving.row_texts import Progress, Template
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


def _slow(session: Session, write: Callable[[Record], str]) -> Callable[[int], str]:
    """A row by itself, on a connection of its own: the one in use is in the middle of all the others."""

    def one(seq: int) -> str:
        with Session(session.get_bind()) as other:
            return write(next(records(other, [seq])))

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
    template = Template(pieces, "\r\n", _slow(session, csv_row), lambda name: _csv_line([name])[:-2])
    yield from row_texts.written(session, part, template, progress)


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
    template = Template([*pieces, "}"], "\n", _slow(session, json_row), lambda name: json.dumps(name)[1:-1])
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
        f"\n  {_BEANCOUNT[account]}  {decimal(pence)} {CURRENCY.upper()}" for account, pence in record.lines
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
        lines_of({a: f"  {name}" for a, name in _BEANCOUNT.items()}),
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
        yield f"{after} balance {_BEANCOUNT[account]}  {decimal(balances.get(account, 0))} GBP\n"


FORMATS: Final[dict[str, Writer]] = {"csv": _csv, "json": _json_lines, "beancount": _beancount}
