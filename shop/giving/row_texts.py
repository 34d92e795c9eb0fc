"""Files of a million transactions: the database makes the text of each row and Python only passes it on.

A format is a template: pieces of text and fields in turn. Where a reference or SKU holds a character that
`posting.PLAIN` does not take (only SQL by hand can write that), the row is left to the format's slow road,
which knows how to quote it; so both give the same bytes. Such rows are known by how much is left of the text
once every plain character is taken away: a template leaves the same of each row.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shop.giving.booking_days import Part
from shop.giving.models import Policy
from shop.giving.record import BATCH, Record, records
from shop.giving.row_fields import CHARITY, MARK, Field
from shop.sql import is_sqlite

PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._/-:+"
"""Characters that every format writes as they are: those of `posting.PLAIN`, and those of moments."""

SEQ: Final = re.compile(r'(?:seq"?: |^)(\d+)')
"""Where a row of any format says its number."""


@dataclass(frozen=True)
class Template:
    """How a row is written: texts and fields in turn, and what ends it."""

    parts: Sequence[str | Field]
    end: str
    slow: Callable[[int], str]
    """The row of a transaction by another road, its end included."""
    quoted: Callable[[str], str] = str
    """A charity's name as this format writes it."""

    @property
    def left(self) -> int:
        """How many characters a row leaves when the plain ones are taken away."""
        return _left(self.end) + sum(
            piece.left if isinstance(piece, Field) else _left(piece) for piece in self.parts
        )


Progress = Callable[[int], object]
"""Called with how many more rows were written."""


def written(session: Session, part: Part, template: Template, progress: Progress = bool) -> Iterator[str]:
    """The part's rows in order of seq, some at a time."""
    blocks = _from_sqlite if is_sqlite(session) else _from_postgresql
    left, names = template.left, _charities(session, template)
    for block in blocks(session, part, template):
        whole = template.end.join(block) + template.end
        if _left(whole) == left * len(block):
            yield _finished(whole, names)
        else:
            yield "".join(_mended(row, template, left, names) for row in block)
        progress(len(block))


def one_row(session: Session, write: Callable[[Record], str]) -> Callable[[int], str]:
    """A row by itself, on a connection of its own: the one in use is in the middle of all the others."""

    def one(seq: int) -> str:
        with Session(session.get_bind()) as other:
            return write(next(records(other, [seq])))

    return one


def _left(text: str) -> int:
    return len(text.encode().translate(None, PLAIN))


def _mended(row: str, template: Template, left: int, names: Mapping[str, str]) -> str:
    if _left(row + template.end) == left:
        return _finished(row + template.end, names)
    number = SEQ.search(row)
    if number is None:
        raise ValueError("a row without its number")
    return template.slow(int(number[1]))


def _charities(session: Session, template: Template) -> dict[str, str]:
    """What stands for a charity in the database's text, and its name as the format writes it."""
    if CHARITY not in template.parts:
        return {}
    found = session.execute(select(Policy.id, Policy.charity_name))
    return {f"{MARK}{policy}{MARK}": template.quoted(name) for policy, name in found}


def _finished(text: str, names: Mapping[str, str]) -> str:
    r"""COPY writes a line's end inside a row as \n; nothing else in a plain row needs a backslash."""
    text = text.replace("\\n", "\n")
    for mark, name in names.items():
        text = text.replace(mark, name)
    return text


def _from_sqlite(session: Session, part: Part, template: Template) -> Iterator[list[str]]:
    made = "".join("%s" if isinstance(piece, Field) else piece for piece in template.parts)
    fields = ", ".join(piece.sqlite for piece in template.parts if isinstance(piece, Field))
    # Read by its key it comes in order of seq; by another index SQLite would keep all rows to sort them.
    query = f"""
        SELECT printf('{_quoted(made)}', {fields})
        FROM ledger_txn NOT INDEXED CROSS JOIN ledger_entry ON txn_seq = seq
        WHERE {part.where(":{}")} GROUP BY seq
    """  # noqa: S608  (the fields are ours, what was asked is bound)
    asked = {name: _stored(value) for name, value in part.bounds.items()}
    driver: Any = session.connection().connection.driver_connection
    cursor = driver.execute(query, asked)
    try:
        while rows := cursor.fetchmany(BATCH):
            yield [row for (row,) in rows]
    finally:
        cursor.close()


def _from_postgresql(session: Session, part: Part, template: Template) -> Iterator[list[str]]:
    """By COPY, which no driver's rows can match; the reader may take as long as they need."""
    pieces = ", ".join(
        piece.postgresql if isinstance(piece, Field) else f"'{_quoted(piece)}'" for piece in template.parts
    )
    query = f"""
        SELECT concat({pieces})
        FROM ledger_txn JOIN ledger_entry ON txn_seq = seq WHERE <where> GROUP BY seq ORDER BY seq
    """.replace("%", "%%")  # noqa: S608  (the same)
    query = query.replace("<where>", part.where("%({})s"))
    connection = session.connection()
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT", part.bounds) as copy:
        rows = iter(copy)
        while block := b"".join(islice(rows, BATCH)):  # the server sends each row by itself
            yield block.decode().split("\n")[:-1]


def _quoted(piece: str) -> str:
    return piece.replace("'", "''")


def _stored(value: object) -> object:
    """As SQLite holds a moment: text that sorts by time."""
    return value.replace(tzinfo=None).isoformat(" ", "microseconds") if isinstance(value, datetime) else value
