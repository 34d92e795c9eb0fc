"""JSON lines: an object for each posting, with the names and values of the CSV file's columns."""

import json
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from shop.exports.csv_file import COLUMNS
from shop.exports.format import Office
from shop.exports.selection import Selection
from shop.giving import row_texts
from shop.giving.record import Record
from shop.giving.row_fields import FIELDS, NUMBERS, Field
from shop.giving.row_texts import Progress, Template, slow_rows


def json_row(record: Record) -> str:
    """A line of the file."""
    return json.dumps({column: getattr(record, column) for column in COLUMNS}) + "\n"


def write(session: Session, selection: Selection, _: Office, progress: Progress) -> Iterator[bytes]:
    """The file, piece by piece."""
    pieces: list[str | Field] = []
    for number, name in enumerate(COLUMNS):
        before = ("{" if number == 0 else ", ") + f'"{name}": '
        if name in NUMBERS:
            pieces += [before, _or_null(FIELDS[name])]
        else:
            pieces += [f'{before}"', FIELDS[name], '"']
    template = Template([*pieces, "}"], "\n", slow_rows(session, json_row), lambda s: json.dumps(s)[1:-1])
    yield from row_texts.written(session, selection.part, template, progress)


def _or_null(number: Field) -> Field:
    sqlite, postgresql = (
        f"coalesce({number.sqlite}, 'null')",
        f"coalesce(({number.postgresql})::text, 'null')",
    )
    return replace(number, sqlite=sqlite, postgresql=postgresql)
