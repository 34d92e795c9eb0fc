"""The ledger as CSV (RFC 4180): a million rows, so the database makes the text and Python only passes it on.

No cell begins a formula: every text is the ledger's own or passed `posting.PLAIN`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, text, type_coerce
from sqlalchemy.orm import Session

from shop.db import is_sqlite
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import Account
from shop.money import CURRENCY

BATCH: Final = 500
"""Rows in memory at a time."""

_WHOLE_SECOND: Final = ".000000"


def written(
    session: Session, columns: Sequence[str], conditions: Sequence[ColumnElement[bool]]
) -> Iterator[str]:
    """The named columns of the transactions that fulfil the conditions, in order of seq, piece by piece."""
    query = _rows(columns, conditions, sqlite=is_sqlite(session))
    yield _lines([columns])
    if is_sqlite(session):
        with session.execute(query.execution_options(yield_per=BATCH)) as found:
            yield from map(_lines, found.partitions())
    else:
        yield from _copied(session, query)


def _copied(session: Session, query: Select[Any]) -> Iterator[str]:
    """By COPY, which no driver's rows can match; the reader may take as long as she needs."""
    connection = session.connection()
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT (FORMAT csv)") as copy:
        rows = iter(copy)
        while block := b"".join(islice(rows, BATCH)):
            yield block.decode().replace("\n", "\r\n")


def _rows(columns: Sequence[str], conditions: Sequence[ColumnElement[bool]], *, sqlite: bool) -> Select[Any]:
    # Summed by transaction in step with its key: a search by account would read half the table for every row.
    cost = case((LedgerEntry.account == Account.COST.value, LedgerEntry.amount_pence), else_=0)
    paid = case((LedgerEntry.account == Account.REMITTED.value, -LedgerEntry.amount_pence), else_=0)
    txn = (
        select(*LedgerTxn.__table__.columns, func.sum(cost).label("pence"), func.sum(paid).label("paid"))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(*conditions)
        .group_by(LedgerTxn.seq)
        .order_by(LedgerTxn.seq)
        .subquery("txn")
        .columns
    )
    moment = _moment_sqlite if sqlite else _moment_postgresql
    made: dict[str, ColumnElement[Any]] = {
        "event_at": moment(txn.event_at),
        "booked_at": moment(txn.booked_at),
        "policy": txn.policy_id,
        "amount": _decimal(txn.pence),
        "amount_pence": txn.pence,
        "paid_pence": txn.paid,
        "currency": literal(CURRENCY.upper()),
    }
    rows = select(*(made[name] if name in made else txn[name] for name in columns))
    # SQLite reads `txn` as it comes, in order of seq; told to sort again, it keeps everything until the end.
    return rows if sqlite else rows.order_by(txn.seq)


def _moment_sqlite(column: ColumnElement[datetime]) -> ColumnElement[str]:
    stored = func.replace(type_coerce(column, String), " ", "T")
    return func.replace(stored, _WHOLE_SECOND, "").concat("+00:00")


def _moment_postgresql(column: ColumnElement[datetime]) -> ColumnElement[str]:
    shown = func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US')
    return func.replace(shown, _WHOLE_SECOND, "").concat("+00:00")


def _decimal(pence: ColumnElement[int]) -> ColumnElement[str]:
    """Pence as plain decimal pounds: -500 is -5.00."""
    size = func.abs(pence, type_=pence.type)
    part = cast(100 + size - size // 100 * 100, String)
    sign = case((pence < 0, "-"), else_="")
    return sign.concat(cast(size // 100, String)).concat(".").concat(func.substr(part, 2))


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()
