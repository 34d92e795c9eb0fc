"""Writing in a hurry: what guards a shop at work waits until a scratch database is filled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, event, text

from shop import triggers
from shop.db import Database
from shop.orders import version_guards

FASTER: Final = ("cache_size=-262144", "synchronous=OFF", "wal_autocheckpoint=20000")
"""For SQLite, while nothing is lost that could not be invented again."""


@contextmanager
def hurrying(database: Database) -> Iterator[None]:
    """Without the guards that move versions (nobody else writes), and without waiting for the disk.

    A database that was left half filled lacks them, so no shop starts on it.
    """
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", _hurry)
        database.dispose()
    with database.transaction() as session:
        _unguard(session.connection())
    yield
    with database.transaction() as session:
        triggers.install(session.connection(), version_guards.TRIGGERS)
        _count_on(session.connection())
    _analyse(database)


def _hurry(connection: Any, _record: object) -> None:
    for pragma in FASTER:
        connection.execute(f"PRAGMA {pragma}")


def _unguard(connection: Connection) -> None:
    for trigger in version_guards.TRIGGERS[connection.dialect.name]:
        on = f' ON "{trigger.table}"' if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts ids by itself: move its counters past those given here."""
    if connection.dialect.name == "postgresql":
        for table in ("hold", "order"):
            last = f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}" """  # noqa: S608
            connection.execute(text(last))


def _analyse(database: Database) -> None:
    """PostgreSQL plans by figures that it takes now and then; now is better."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))
