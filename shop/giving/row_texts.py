"""Files of a million transactions: the database makes the text of each row and Python only passes it on.

A format is a template: pieces of text and fields in turn. Where a reference or SKU holds a character that
`posting.PLAIN` does not take (only SQL by hand can write that), the row is left to the format's slow road,
which knows how to quote it; so both give the same bytes. Such rows are known by what is left of the text
once every plain character is taken away: a template leaves the same of each row.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.booking_days import Part
from shop.giving.models import LedgerTxn, Policy
from shop.giving.record import BATCH, Record, records
from shop.giving.row_fields import MARK, Field
from shop.sql import is_sqlite

COPIED: Final = 100
"""Rows of COPY in memory at a time: of larger blocks each step made another copy."""

PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._/-:+"
"""Characters that every format writes as they are: those of `posting.PLAIN`, and those of moments."""

_MARK: Final = MARK.encode()

SEQ: Final = re.compile(rb'(?:seq"?: |^)(\d+)')
"""Where a row of any format says its number."""


@frozen
class Template:
    """How a row is written: texts and fields in turn, and what ends it."""

    parts: Sequence[str | Field]
    end: str
    slow: Callable[[Sequence[int]], Mapping[int, str]]
    """The rows of transactions by another road, by their numbers, their ends included."""
    quoted: Callable[[str], str] = str
    """A charity's name as this format writes it."""
    commas: bool = False
    """Whether it is fields with commas between."""

    @property
    def left(self) -> bytes:
        """What a row leaves when the plain characters are taken away."""
        pieces = [piece.left if isinstance(piece, Field) else piece for piece in self.parts]
        return _left("".join([*pieces, self.end]).encode())


Progress = Callable[[int], object]
"""Called with how many more rows were written."""


class _Charities(dict[bytes, bytes]):
    """By a policy's number, its charity's name as a format writes it: asked for when it is first met.

    On a connection of its own, and not before the rows: a policy may be written down in between.
    """

    def __init__(self, session: Session, template: Template) -> None:
        super().__init__()
        self._engine, self._quoted = session.connection().engine, template.quoted

    def __missing__(self, policy: bytes) -> bytes:
        with Session(self._engine) as other:
            name = other.scalars(select(Policy.charity_name).where(Policy.id == int(policy))).one()
        self[policy] = self._quoted(name).encode()
        return self[policy]


def written(session: Session, part: Part, template: Template, progress: Progress = bool) -> Iterator[bytes]:
    """The part's rows in order of seq, some at a time."""
    sqlite, names, end = is_sqlite(session), _Charities(session, template), template.end.encode()
    # COPY writes a line's end inside a row as a backslash and an n.
    left = template.left if sqlite else _left(b"".join(_as_copied(template))) + _left(end)
    for block in (_from_sqlite if sqlite else _from_postgresql)(session, part, template):
        whole = end.join(block) + end
        if _left(whole) == left * len(block):
            yield _finished(whole, names)
        else:
            yield _mended([row + end for row in block], template, left, names)
        progress(len(block))


def _as_copied(template: Template) -> Iterator[bytes]:
    for piece in template.parts:
        yield (piece.left if isinstance(piece, Field) else piece).replace("\n", "\\").encode()


def slow_rows(
    session: Session, write: Callable[[Record], str]
) -> Callable[[Sequence[int]], Mapping[int, str]]:
    """Rows by themselves, on a connection of their own: the one in use is in the middle of all the others."""

    def some(numbers: Sequence[int]) -> Mapping[int, str]:
        with Session(session.connection().engine) as other:
            return {record.seq: write(record) for record in records(other, numbers)}

    return some


def _left(text: bytes) -> bytes:
    return text.translate(None, PLAIN)


def _mended(rows: Sequence[bytes], template: Template, left: bytes, names: _Charities) -> bytes:
    """Rows of which some go the slow road: all of them are asked for at once."""
    odd = {at: _number(row) for at, row in enumerate(rows) if _left(row) != left}
    slow = template.slow([*odd.values()])
    return b"".join(
        [slow[odd[at]].encode() if at in odd else _finished(row, names) for at, row in enumerate(rows)]
    )


def _number(row: bytes) -> int:
    number = SEQ.search(row)
    if number is None:
        raise ValueError("a row without its number")
    return int(number[1])


def _finished(text: bytes, names: _Charities) -> bytes:
    r"""COPY writes a line's end inside a row as \n; nothing else in a plain row needs a backslash."""
    if b"\\" in text:
        text = text.replace(b"\\n", b"\n")
    if _MARK not in text:
        return text
    pieces = text.split(_MARK)
    pieces[1::2] = [names[policy] for policy in pieces[1::2]]
    return b"".join(pieces)


def _from_sqlite(session: Session, part: Part, template: Template) -> Iterator[list[bytes]]:
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
            yield [row.encode() for (row,) in rows]
    finally:
        cursor.close()


def _from_postgresql(session: Session, part: Part, template: Template) -> Iterator[list[bytes]]:
    """Fields with commas between are COPY's own text: where one holds a comma, that has a backslash."""
    fields = [piece.postgresql for piece in template.parts if isinstance(piece, Field)]
    pieces = [
        piece.postgresql if isinstance(piece, Field) else f"'{_quoted(piece)}'" for piece in template.parts
    ]
    selected, how = (
        (", ".join(fields), "(DELIMITER ',', NULL '')")
        if template.commas
        else (f"concat({', '.join(pieces)})", "")
    )
    for rows in _copied(session, part, template, selected, how):
        yield b"".join(rows).split(b"\n")[:-1]


def _copied(
    session: Session, part: Part, template: Template, selected: str, how: str
) -> Iterator[list[memoryview]]:
    """By COPY, which no driver's rows can match; the reader may take as long as they need.

    A transaction's lines are gathered before they meet it: its other columns then need not be carried along.
    """
    connection = session.connection()
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    wanted: dict[str, str] = {}
    for piece in template.parts:
        wanted |= piece.gathered if isinstance(piece, Field) else {}
    gathered = "".join(f", {aggregate} AS {name}" for name, aggregate in wanted.items())
    query = f"""
        SELECT {selected}
        FROM ledger_txn JOIN (
            SELECT txn_seq{gathered} FROM ledger_entry WHERE <near> GROUP BY txn_seq
        ) lines ON txn_seq = seq
        WHERE <where> ORDER BY seq
    """.replace("%", "%%")  # noqa: S608  (the fields are ours, what was asked is bound)
    query = query.replace("<where>", part.where("%({})s")).replace("<near>", _near(session, part))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT {how}", part.bounds) as copy:
        rows = iter(copy)
        while block := list(islice(rows, COPIED)):  # the server sends each row by itself
            yield block


def _near(session: Session, part: Part) -> str:
    """A condition on `txn_seq` that leaves out lines far from the part; none where it is a whole book."""
    if len(part.bounds) == 1:
        return "true"
    ends = select(func.min(LedgerTxn.seq), func.max(LedgerTxn.seq)).where(part.condition)
    first, last = session.execute(ends).one()
    return f"txn_seq BETWEEN {first or 0:d} AND {last or 0:d}"


def _quoted(piece: str) -> str:
    return piece.replace("'", "''")


def _stored(value: object) -> object:
    """As SQLite holds a moment: text that sorts by time."""
    return value.replace(tzinfo=None).isoformat(" ", "microseconds") if isinstance(value, datetime) else value
