"""Writing in a hurry: what guards a shop at work waits until a scratch database is filled."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, event, text

from shop import triggers
from shop.db import Database
from shop.giving import ledger_triggers
from shop.orders import version_guards

FASTER: Final = ("cache_size=-262144", "synchronous=OFF", "wal_autocheckpoint=20000")
"""For SQLite, while nothing is lost that could not be invented again."""

GUARDS: Final = (ledger_triggers.TRIGGERS, version_guards.TRIGGERS)

SET_ASIDE: Final = """
    SELECT contype = 'u', format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype IN ('f', 'u') AND connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT true, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""
"""For PostgreSQL: what takes away foreign keys, then indexes and what is unique; and what makes each."""


@contextmanager
def hurrying(database: Database) -> Iterator[None]:
    """Without the guards of ledger and orders (nobody else writes), and without waiting for the disk.

    On PostgreSQL without foreign keys and indexes, too, which are made anew over all rows: then each of them
    is looked at. A database that was left half filled lacks the guards, so no shop starts on it.
    """
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", _hurry)
        database.dispose()
    with database.transaction() as session:
        _unguard(session.connection())
        again = _set_aside(session.connection())
    yield
    with database.transaction() as session:
        _put_back(session.connection(), again)
        for guards in GUARDS:
            triggers.install(session.connection(), guards)
        _count_on(session.connection())
    _analyse(database)


def without_timeout(connection: Connection) -> None:
    """Let each statement of this transaction take as long as it needs."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _hurry(connection: Any, _record: object) -> None:
    for pragma in FASTER:
        connection.execute(f"PRAGMA {pragma}")


def _unguard(connection: Connection) -> None:
    for guards in GUARDS:
        for trigger in guards[connection.dialect.name]:
            on = f' ON "{trigger.table}"' if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


def _set_aside(connection: Connection) -> list[str]:
    """Take foreign keys and indexes away; give what makes them again, in this order."""
    if connection.dialect.name == "sqlite":
        return []
    found = connection.execute(text(SET_ASIDE)).all()
    for _, away, _ in found:
        connection.exec_driver_sql(away)
    return [again for _, _, again in reversed(found)]


def _put_back(connection: Connection, statements: Sequence[str]) -> None:
    if statements:
        without_timeout(connection)
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    for statement in statements:
        connection.exec_driver_sql(statement)


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts ids by itself: move its counters past those given here."""
    if connection.dialect.name == "postgresql":
        for table in ("hold", "order", "order_line", "parcel"):
            last = f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}" """  # noqa: S608
            connection.execute(text(last))


def _analyse(database: Database) -> None:
    """PostgreSQL plans by figures that it takes now and then; now is better."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))
