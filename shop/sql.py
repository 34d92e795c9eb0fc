"""What is asked of both databases: where SQLite and PostgreSQL speak differently, both stand here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    DateTime,
    Insert,
    SQLColumnExpression,
    TableClause,
    Update,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql import ColumnElement

from shop.orm import Base, UtcDateTime, table_of

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

APART: Final = timedelta(minutes=10)
"""How far apart the clocks of two hosts may be: what is dated further ahead is from before one was set back.
(A process, too, may have looked at its clock and then waited.)"""
NOW: Final[BindParameter[datetime]] = bindparam("now", type_=UtcDateTime())


def is_sqlite(session: Session | Connection) -> bool:
    """Whether the session talks to SQLite."""
    return (
        session.get_bind().dialect.name == "sqlite"
        if isinstance(session, Session)
        else session.dialect.name == "sqlite"
    )


def dialect_insert(
    session: Session | Connection, table: type[Base] | TableClause
) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that may say what happens ON CONFLICT: each dialect has its own."""
    return inserted(is_sqlite(session), table)


def inserted(
    on_sqlite: bool,  # noqa: FBT001
    table: type[Base] | TableClause,
) -> "sqlite.Insert | postgresql.Insert":
    """The same for a statement that is made once and kept."""
    if on_sqlite:
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 3 MiB that SQLite has no use for

    return postgresql.insert(table)


def write(session: Session, model: type[Base], rows: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Write rows at once, without the objects that a session would keep of them."""
    if rows:
        session.connection().execute(_inserted(model), rows)


def write_once(session: Session, model: type[Base], row: Mapping[str, Any], unique: str) -> bool:
    """Write a row unless there is one with the same in its column `unique`. Give whether it is new."""
    statement = _inserted_once(is_sqlite(session), model, unique)
    return session.connection().execute(statement, row).first() is not None


def keep_new(session: Session, row: Base) -> None:
    """Write a new row at once, with a number of its own; the session keeps its object.

    It is what a flush does, at a third of its cost.
    """
    model: type[Base] = type(row)
    (number,) = table_of(model).primary_key
    setattr(row, number.name, session.connection().execute(_numbered(model), columns_of(row)).scalar_one())
    keep_written(session, row)


def columns_of(row: Base) -> dict[str, Any]:
    """What was given of a new row, by the names of its columns."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_sa_")}


def keep_written(session: Session, row: Base) -> None:
    """Have the session keep the object of a row that was written just now."""
    make_transient_to_detached(row)
    session.add(row)


def change(session: Session, row: Any, **columns: Any) -> None:
    """Change columns of a row at once, in the database and in its object."""
    model: type[Base] = type(row)
    session.connection().execute(_changed(model), {"changed": row.id, **columns})
    for name, value in columns.items():
        set_committed_value(row, name, value)


@cache
def _inserted(model: type[Base]) -> Insert:
    return insert(table_of(model))


@cache
def _numbered(model: type[Base]) -> Any:
    table = table_of(model)
    return insert(table).returning(*table.primary_key)


@cache
def _changed(model: type[Base]) -> Update:
    table = table_of(model)
    return update(table).where(table.c.id == bindparam("changed"))


@cache
def _inserted_once(on_sqlite: bool, model: type[Base], unique: str) -> Insert:  # noqa: FBT001
    table = table_of(model)
    added = inserted(on_sqlite, table).on_conflict_do_nothing(index_elements=[unique])
    return added.returning(*table.primary_key)


def database_now(
    session: Session | bool,  # noqa: FBT001
    *,
    after: timedelta = timedelta(),
) -> ColumnElement[datetime]:
    """The database's own clock as an SQL expression: hosts may disagree about the time, rows may not.

    It is the same moment throughout a statement, or so long `after` it. For a statement that is kept, whether
    it is SQLite's.
    """
    if session is True or (session and is_sqlite(session)):
        later = f"{after.total_seconds():+f} seconds"
        return func.strftime("%Y-%m-%d %H:%M:%f", "now", later, type_=DateTime())
    return cast(func.statement_timestamp() + after, UtcDateTime())


def moment(session: Session) -> datetime:
    """This moment by the database's own clock, aware, in UTC."""
    told = session.execute(select(database_now(session))).scalar_one()
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


def has_come(
    at: SQLColumnExpression[Any], now: datetime | BindParameter[datetime], furthest: timedelta
) -> ColumnElement[bool]:
    """Whether the time `at` has come, when nothing is put off for longer than `furthest`.

    What lies further ahead, by more than the clocks of two hosts are apart, was written before the host's
    clock was set back: it waits no longer. Of a statement that is made beforehand `now` is a parameter, and
    `moments` gives it with the other.
    """
    late: datetime | BindParameter[datetime] = (
        bindparam(_late(furthest), type_=UtcDateTime())
        if isinstance(now, BindParameter)
        else now + furthest + APART
    )
    found: ColumnElement[bool] = (at <= now) | (at > late)
    return found


def moments(now: datetime, *furthest: timedelta) -> dict[str, datetime]:
    """The parameters of a statement with `has_come(..., NOW, furthest)` in it."""
    return {"now": now} | {_late(each): now + each + APART for each in furthest}


def _late(furthest: timedelta) -> str:
    return f"later_than_{furthest.total_seconds():.0f}"


def one_at_a_time(session: Session, key: str) -> None:
    """Wait until no other transaction that named this key is under way. On SQLite no two writers ever are."""
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
