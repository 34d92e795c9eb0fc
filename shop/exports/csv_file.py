"""CSV: a row for each posting with all that its fingerprint is made of. Any number of them, streamed."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Final

from sqlalchemy.orm import Session

from shop.exports.format import Office
from shop.exports.selection import Selection
from shop.giving import row_texts
from shop.giving.record import Record
from shop.giving.row_fields import FIELDS, Field
from shop.giving.row_texts import Progress, Template, slow_rows

COLUMNS: Final = tuple(column.name for column in fields(Record) if column.metadata.get("column", True))


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection)."""
_MONEY: Final = frozenset({"amount"})


def csv_row(record: Record) -> str:
    """A row of the CSV file (RFC 4180)."""
    return csv_line([_cell(column, getattr(record, column)) for column in COLUMNS])


def _cell(column: str, value: object) -> object:
    return safe(value) if isinstance(value, str) and column not in _MONEY else value


def safe(text: str) -> str:
    """A text that begins no formula: an apostrophe goes before one that would."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_line(cells: Sequence[object]) -> str:
    """Cells as a line, its end included."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def write(session: Session, selection: Selection, _: Office, progress: Progress) -> Iterator[bytes]:
    """The file, piece by piece."""
    yield csv_line(COLUMNS).encode()
    pieces: list[str | Field] = []
    for number, name in enumerate(COLUMNS):
        pieces += ["," if number else "", FIELDS[name]]
    template = Template(
        [*pieces, ""],
        "\r\n",
        slow_rows(session, csv_row),
        lambda name: csv_line([safe(name)])[:-2],
        commas=True,
    )
    yield from row_texts.written(session, selection.part, template, progress)
