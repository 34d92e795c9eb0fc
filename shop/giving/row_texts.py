"""Files of a million transactions: the database makes the text of each row and Python only passes it on.

A format is a template: pieces of text and fields in turn. Where a reference or SKU holds a character that
`posting.PLAIN` does not take (only SQL by hand can write that), the row is left to the format's slow road,
which knows how to quote it; so both give the same bytes. Such rows are known by how much is left of the text
once every plain character is taken away: a template leaves the same of each row. Of fields with commas
between, PostgreSQL makes the text by itself, and a backslash or a quotation mark tells such rows.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shop.giving.booking_days import Part
from shop.giving.models import LedgerTxn, Policy
from shop.giving.record import BATCH, Record, records
from shop.giving.row_fields import CHARITY, MARK, Field
from shop.sql import is_sqlite

COPIED: Final = 100
"""Rows of COPY in memory at a time: of larger blocks each step made another copy."""

PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._/-:+"
"""Characters that every format writes as they are: those of `posting.PLAIN`, and those of moments."""

_MARK: Final = MARK.encode()

_BELOW_ZERO: Final = re.compile(rb",-\d+(\.\d\d)?[,\r\n]")

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
    commas: bool = False
    """Whether it is fields with commas between."""

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
    if template.commas and not is_sqlite(session):
        yield from _by_commas(session, part, template, progress)
        return
    blocks = _from_sqlite if is_sqlite(session) else _from_postgresql
    left, names = template.left, _charities(session, template)
    for block in blocks(session, part, template):
        whole = template.end.join(block) + template.end
        if _left(whole) == left * len(block) and not (template.commas and _begins_formula(whole.encode())):
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
    if _left(row + template.end) == left and not (template.commas and _begins_formula(row.encode())):
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
    return _named(text.replace("\\n", "\n"), names)


def _named(text: str, names: Mapping[str, str]) -> str:
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


def _by_commas(session: Session, part: Part, template: Template, progress: Progress) -> Iterator[str]:
    """As PostgreSQL's own text: within a field a comma, a line's end or a backslash has one before it.

    A row without any, and without a quotation mark, is what the format would write.
    """
    names = _charities(session, template)
    fields = ", ".join(piece.postgresql for piece in template.parts if isinstance(piece, Field))
    for rows in _copied(session, part, template, fields, "(DELIMITER ',', NULL '')"):
        block = b"".join(rows)
        if _is_odd(block) or block.count(_MARK) != 2 * len(rows) * bool(names):
            yield "".join([_by_commas_or_slow(bytes(row), template, names) for row in rows])
        else:
            yield _named(block.replace(b"\n", template.end.encode()).decode(), names)
        progress(len(rows))


def _by_commas_or_slow(row: bytes, template: Template, names: Mapping[str, str]) -> str:
    if _is_odd(row) or row.count(_MARK) != 2 * bool(names):
        return template.slow(int(row.partition(b",")[0]))
    return _named(row[:-1].decode() + template.end, names)


def _is_odd(text: bytes) -> bool:
    return b"\\" in text or b'"' in text or _begins_formula(text)


def _begins_formula(text: bytes) -> bool:
    """Whether a cell begins as a spreadsheet's formula does, and is no plain number below zero."""
    if b",=" in text or b",+" in text or b",@" in text:
        return True
    at = text.find(b",-")
    while at >= 0:
        if not _BELOW_ZERO.match(text, at):
            return True
        at = text.find(b",-", at + 2)
    return False


def _from_postgresql(session: Session, part: Part, template: Template) -> Iterator[list[str]]:
    pieces = ", ".join(
        piece.postgresql if isinstance(piece, Field) else f"'{_quoted(piece)}'" for piece in template.parts
    )
    for rows in _copied(session, part, template, f"concat({pieces})"):
        yield b"".join(rows).decode().split("\n")[:-1]


def _copied(
    session: Session, part: Part, template: Template, selected: str, how: str = ""
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
