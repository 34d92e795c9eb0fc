"""The database: its engine, its sessions, and the only place that commits."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from shop import files

BUSY_TIMEOUT_MS: Final = 3_500
"""How long a writer waits for others, all in all, before the visitor is told to try again (503)."""

LIVES_SECONDS: Final = 5
"""How long PostgreSQL's connections are taken to live since they were used. A server that was restarted
within that time costs somebody one request, which is answered with "try again"."""

_USED: Final = "shop_used"


class Database:
    """One database and its ways in: `transaction()` to change it, `reading()` and `looking()` to look."""

    def __init__(self, url: str) -> None:
        plain = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        self._is_sqlite = plain.dialect.name == "sqlite"
        alone = {} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._looker = plain.execution_options(**alone)
        at_once = {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = plain.execution_options(**at_once)
        self._writer = plain
        self._turn = _Turn() if self._is_sqlite else nullcontext()
        self.engine = plain.execution_options()
        """For what is done seldom: on SQLite it begins by an event, which takes time at every statement."""
        if self._is_sqlite:
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are all kept when the block ends well, and none when it raises.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so nothing read inside can go stale.
        """
        with self._writing(self._writer) as connection, _session(connection) as session:
            yield session
            if session.in_transaction():  # it may have been rolled back
                session.commit()

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """A connection for one statement that writes, kept once it has been carried out.

        On PostgreSQL it is a transaction by itself, which needs no BEGIN and no COMMIT.
        """
        with self._writing(self._writer if self._is_sqlite else self._looker) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[Connection]:
        with self._turn as left_ms, engine.connect() as connection:
            if self._is_sqlite:
                _begin_immediate(connection, left_ms)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking; whatever it changes is thrown away.

        All that it sees is of one moment, that of its first look: what others write meanwhile does not part
        figures that belong together.
        """
        with self._reader.connect() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN")
            with _session(connection) as session:
                yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A session for a few looks, each at its own moment, that writes nothing.

        It opens no transaction, which would take two more journeys to PostgreSQL's server.
        """
        with _Looking(self._looker, expire_on_commit=False) as session:
            yield session

    def forget_deleted(self) -> None:
        """Empty SQLite's write-ahead log, where a deleted row stands until others are written over it."""
        if self._is_sqlite:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")  # a checkpoint cannot run inside a transaction
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def rewrite(self) -> None:
        """Write SQLite's file anew, so that no page of it holds what an older version left there."""
        if self._is_sqlite:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("VACUUM")
        self.forget_deleted()

    def dispose(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


class _Looking(Session):
    """A session none of whose objects is ever written."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write nothing."""


class _Turn:
    """SQLite has one writer at a time and its waiters only poll: a process's threads wait here instead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> int | None:
        """Wait for the turn. Give the milliseconds that are left for other processes, if much was used up."""
        began = time.monotonic()
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            raise PoolTimeout("other writers kept the database busy")
        waited = int(1000 * (time.monotonic() - began))
        return None if waited < BUSY_TIMEOUT_MS / 8 else max(1, BUSY_TIMEOUT_MS - waited)

    def __exit__(self, *_exc: object) -> None:
        self._lock.release()


_MOST_OPEN: Final = 32
_SQLITE_KEPT: Final = 4
"""Connections kept open: each takes more than a MiB for its schema and statements, and 2 ms to open."""
_POSTGRESQL_KEPT: Final = 16

_POOLED: Final[Mapping[str, Any]] = {
    "pool_timeout": BUSY_TIMEOUT_MS / 1000,
    "pool_use_lifo": True,  # the last one used is taken first: as few as are needed stay warm
    "hide_parameters": True,  # an error's text must never quote what somebody typed
}


def _pool(kept: int) -> Mapping[str, Any]:
    return {**_POOLED, "pool_size": kept, "max_overflow": _MOST_OPEN - kept}


def _sqlite(url: str) -> Engine:
    files.private_sqlite(url)
    waits = {"timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=waits, **_pool(_SQLITE_KEPT))
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _postgresql(url: str) -> Engine:
    options = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout=30000 -c timezone=utc"
    waits = {"options": options, "connect_timeout": 5}
    engine = create_engine(url, connect_args=waits, **_pool(_POSTGRESQL_KEPT))
    event.listen(engine, "checkin", _used)
    event.listen(engine, "connect", _used)
    event.listen(engine, "checkout", _ask_if_idle)
    return engine


def _used(_connection: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()


def _ask_if_idle(connection: Any, record: Any, _proxy: Any) -> None:
    """A connection that was idle may be dead: asked each time, whether it lives would cost a journey each."""
    if time.monotonic() - record.info.get(_USED, 0.0) < LIVES_SECONDS:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except connection.OperationalError as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: Database does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL lost acknowledged commits in simulated power cuts
        "foreign_keys=ON",
        "recursive_triggers=ON",  # or INSERT OR REPLACE deletes a protected row without firing its trigger
        "secure_delete=ON",  # an erased dedication leaves no text behind
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-128",  # KiB: many connections stay open, and the system keeps the file's pages anyway
    ):
        connection.execute(f"PRAGMA {pragma}")


def _session(connection: Connection) -> Session:
    """A session for the connection's one transaction: once that has ended, it begins no other."""
    session = Session(
        connection, expire_on_commit=False, autobegin=False, join_transaction_mode="control_fully"
    )
    session.begin()
    return session


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("shop_writer"):
        _begin_immediate(connection, None)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection, left_ms: int | None) -> None:
    """Take the write lock, waiting `left_ms` for it; None: BUSY_TIMEOUT_MS."""
    if left_ms is None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={left_ms}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
