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

from sqlalchemy import text
from sqlalchemy.orm import Session

from shop.giving.booking_days import Part
from shop.giving.transitions import Account
from shop.money import CURRENCY
from shop.sql import is_sqlite

BATCH: Final = 500
"""Rows in memory at a time."""

PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._/-:+"
"""Characters that every format writes as they are: those of `posting.PLAIN`, and those of moments."""

SEQ: Final = re.compile(r'(?:seq"?: |^)(\d+)')
"""Where a row of any format says its number."""


@dataclass(frozen=True)
class Field:
    """A column of the files: what it is made of, in the SQL of each database. NULL when it is empty."""

    sqlite: str
    postgresql: str
    left: int = 0
    """How many characters it leaves when the plain ones are taken away."""


def _same(sql: str) -> Field:
    return Field(sql, sql)


def _moment(column: str) -> Field:
    """As datetime.isoformat() writes it: microseconds only where there are any."""
    return Field(
        f"replace(replace({column}, ' ', 'T'), '.000000', '') || '+00:00'",
        f"""replace(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')"""
        " || '+00:00'",
    )


def _decimal(pence: str) -> Field:
    """Pence as plain decimal pounds: -500 is -5.00."""
    sign = f"CASE WHEN {pence} < 0 THEN '-' ELSE '' END"
    return Field(
        f"printf('%s%d.%02d', {sign}, abs({pence}) / 100, abs({pence}) % 100)",
        f"concat({sign}, abs({pence}) / 100, '.', lpad((abs({pence}) % 100)::text, 2, '0'))",
    )


def _sum(account: Account, sign: str = "") -> str:
    return f"sum(CASE account WHEN '{account.value}' THEN {sign}amount_pence ELSE 0 END)"


FIELDS: Final[dict[str, Field]] = {
    "seq": _same("seq"),
    "event_at": _moment("event_at"),
    "booked_at": _moment("booked_at"),
    "period": _same("period"),
    "book": _same("book"),
    "kind": _same("kind"),
    "order_reference": _same("order_reference"),
    "unit": _same("unit"),
    "sku": _same("sku"),
    "policy": _same("policy_id"),
    "amount": _decimal(_sum(Account.COST)),
    "amount_pence": _same(_sum(Account.COST)),
    "paid_pence": _same(_sum(Account.REMITTED, "-")),
    "currency": _same(f"'{CURRENCY.upper()}'"),
    "reverses_seq": _same("reverses_seq"),
    "hash": _same("hash"),
}
"""What a row may say, by the names of `export.Record`."""

NUMBERS: Final = frozenset({"seq", "unit", "policy", "amount_pence", "paid_pence", "reverses_seq"})


def _britain(column: str) -> Field:
    """The day of a moment by Britain's calendar.

    SQLite knows no zones: summer is from the last Sunday of March to the last of October, at one o'clock UTC.
    """
    ends = [
        f"date(strftime('%Y', {column}) || '{month}-31', '-6 days', 'weekday 0') || ' 01:00'"
        for month in ("-03", "-10")
    ]
    hour = f"CASE WHEN {column} >= {ends[0]} AND {column} < {ends[1]} THEN '+1 hour' ELSE '+0 hours' END"
    return Field(f"date({column}, {hour})", f"({column} AT TIME ZONE 'Europe/London')::date")


_BOOKED, _MONTH = _britain("booked_at"), "(period || '-01')"
COUNTS_ON: Final = Field(
    f"max({_MONTH}, min(date({_MONTH}, '+1 month', '-1 day'), {_BOOKED.sqlite}))",
    f"greatest({_MONTH}::date,"
    f" least(({_MONTH}::date + interval '1 month -1 day')::date, {_BOOKED.postgresql}))",
)
"""The day a transaction counts on, as `booking_days.counts_on` gives it."""
HAPPENED_ON: Final = _britain("event_at")
WHAT: Final = _same(
    "coalesce(order_reference, '') || CASE WHEN order_reference <> '' AND sku <> '' THEN ' ' ELSE '' END"
    " || coalesce(sku, '')"
)


@dataclass(frozen=True)
class Template:
    """How a row is written: texts and fields in turn, and what ends it."""

    parts: Sequence[str | Field]
    end: str
    slow: Callable[[int], str]
    """The row of a transaction by another road, its end included."""

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
    left = template.left
    for block in blocks(session, part, template):
        whole = template.end.join(block) + template.end
        if _left(whole) == left * len(block):
            yield whole if is_sqlite(session) else _unescaped(whole)
        else:
            yield "".join(_mended(row, template, left) for row in block)
        progress(len(block))


def lines_of(names: Mapping[Account, str]) -> Field:
    """All the lines of a transaction in order, one below the other: name of the account, pounds, GBP."""
    cases = " ".join(f"WHEN '{account.value}' THEN '{shown}'" for account, shown in names.items())
    amount = _decimal("amount_pence")
    line = "CASE account {cases} END || '  ' || {amount} || ' GBP'"
    return Field(
        # The lines come in the order of their key, by which they are found.
        f"group_concat({line.format(cases=cases, amount=amount.sqlite)}, char(10))",
        f"string_agg({line.format(cases=cases, amount=amount.postgresql)}, E'\\n' ORDER BY line)",
        left=1,  # the end of a line between two; a transaction of more goes the slow road
    )


def _left(text: str) -> int:
    return len(text.encode().translate(None, PLAIN))


def _mended(row: str, template: Template, left: int) -> str:
    if _left(row + template.end) == left:
        return _unescaped(row) + template.end
    number = SEQ.search(row)
    if number is None:
        raise ValueError("a row without its number")
    return template.slow(int(number[1]))


def _unescaped(text: str) -> str:
    r"""COPY writes a line's end inside a row as \n; nothing else in a plain row needs a backslash."""
    return text.replace("\\n", "\n")


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
