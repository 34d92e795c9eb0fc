"""The keys of sealed words, in a store of their own: never in the database that holds what they seal.

A key is written before what it seals (alone it is harmless) and deleted to erase or withdraw. A copy of the
database holds no key, so with today's keys no copy, however old, opens what was erased. Beside the keys is
the list of what was erased or withdrawn, by which a restored copy is told. The store is a SQLite file of its
own, or another database (KEYS_URL) where several hosts share one.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from shop import clock, files
from shop.db import Database
from shop.dedications.key_tables import alone, copy_folder, gone, open_store, word_key
from shop.dedications.sealing import Sealed
from shop.frozen import frozen
from shop.sql import dialect_insert

AT_A_TIME: Final = 500
"""Ids in one statement."""
_FOUND: Final = select(word_key.c.id, word_key.c.nonce, word_key.c.wrapped_key).where(
    word_key.c.id.in_(bindparam("ids", expanding=True))
)
_ADDED: Final = insert(word_key)


@frozen
class StoredKey:
    """One key, wrapped by the vault key."""

    id: str
    wrapped: Sealed
    contact_index: str | None = None


@frozen
class Gone:
    """What was erased or withdrawn after some point of the list: digests of names, and the new point."""

    names: frozenset[str]
    seq: int


class KeyStore:
    """Each call is a transaction of its own, kept before it returns. Any number of processes may share it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._opened: Database | None = None

    @property
    def exists(self) -> bool:
        """Whether there may be anything in it; false while its file has not been made."""
        file = files.sqlite_file(self.url)
        return self._opened is not None or file is None or file.exists()

    def add(self, keys: Sequence[StoredKey]) -> None:
        """Keep these keys. Raises IntegrityError when there is one of that id."""
        now = clock.now()
        rows = [_row(key, now) for key in keys]
        if rows:
            with self.database.single() as connection:
                connection.execute(_ADDED, rows)

    def find(self, ids: Iterable[str]) -> dict[str, Sealed]:
        """Those of the keys that are there, by id."""
        wanted = list(ids)
        if not wanted or not self.exists:
            return {}
        found: dict[str, Sealed] = {}
        with self.database.looking() as session:
            for start in range(0, len(wanted), AT_A_TIME):
                asked = {"ids": wanted[start : start + AT_A_TIME]}
                rows = session.connection().execute(_FOUND, asked)
                found |= {row.id: Sealed(row.nonce, row.wrapped_key) for row in rows}
        return found

    def index_under(self, key_id: str, contact_index: str) -> None:
        """Have a key found under this blind index, and no longer under the one before."""
        with self.database.transaction() as session:
            session.execute(
                update(word_key).where(word_key.c.id == key_id).values(contact_index=contact_index)
            )

    def indexed(self, contact_index: str) -> Sequence[str]:
        """The ids of the keys under this blind index."""
        with self.database.reading() as session:
            return session.scalars(
                select(word_key.c.id).where(word_key.c.contact_index == contact_index)
            ).all()

    def destroy(self, ids: Iterable[str], names: Iterable[str]) -> None:
        """Delete keys for good, and put what they belonged to on the list of what is gone: both or none."""
        with self.database.transaction() as session:
            connection = session.connection()
            alone(connection)  # numbers follow the order of commits, or a reader of the list misses one
            put = dialect_insert(connection, gone)
            for name in sorted(set(names)):
                session.execute(put.values(name=name, at=clock.now()).on_conflict_do_nothing())
            session.execute(delete(word_key).where(word_key.c.id.in_(list(ids))))
        self.database.forget_deleted()

    def last_gone(self) -> int:
        """The number of the newest line of the list; 0 when it is empty."""
        if not self.exists:
            return 0
        with self.database.reading() as session:
            return session.scalar(select(func.coalesce(func.max(gone.c.seq), 0))) or 0

    def gone_after(self, seq: int) -> Gone:
        """The list from there on."""
        with self.database.reading() as session:
            rows = session.execute(select(gone.c.seq, gone.c.name).where(gone.c.seq > seq)).all()
        return Gone(frozenset(row.name for row in rows), max((row.seq for row in rows), default=seq))

    def everything(self) -> tuple[list[StoredKey], frozenset[str]]:
        """All keys and the whole list, as of one moment, to be copied."""
        with self.database.reading() as session:
            # The list first: what is erased between the two is on it, or its key is there no more.
            names = frozenset(session.scalars(select(gone.c.name)))
            rows = session.execute(select(word_key)).all()
        return [
            StoredKey(row.id, Sealed(row.nonce, row.wrapped_key), row.contact_index) for row in rows
        ], names

    def all_ids(self) -> list[str]:
        """Every key's id."""
        with self.database.reading() as session:
            return list(session.scalars(select(word_key.c.id)))

    def sweep(self, used: Callable[[Sequence[str]], Collection[str]], *, keep: timedelta) -> int:
        """Delete keys that have sealed nothing for as long as `keep`; how many.

        `used` says which of some keys have sealed anything.
        Such a key was left by a crash before its order was kept, or by a restored copy that is older than
        the order. It is not deleted at once, so that a newer copy can still be brought back instead.
        """
        over, after = 0, ""
        while rows := self._some(after):
            over += self._sweep(rows, set(used([row.id for row in rows])), keep)
            after = rows[-1].id
        if over:
            self.database.forget_deleted()
        return over

    def _some(self, after: str) -> Sequence[Any]:
        with self.database.reading() as session:
            query = select(word_key.c.id, word_key.c.unused_since).where(word_key.c.id > after)
            return session.execute(query.order_by(word_key.c.id).limit(AT_A_TIME)).all()

    def _sweep(self, rows: Sequence[Any], in_use: Collection[str], keep: timedelta) -> int:
        now = clock.now()
        unused = [row for row in rows if row.id not in in_use]
        over = [row.id for row in unused if row.unused_since and row.unused_since <= now - keep]
        changes: list[tuple[list[str], datetime | None]] = [
            ([row.id for row in unused if row.unused_since is None], now),
            ([row.id for row in rows if row.id in in_use and row.unused_since], None),
        ]
        if not over and not any(ids for ids, _ in changes):
            return 0
        with self.database.transaction() as session:
            for ids, since in changes:
                session.execute(update(word_key).where(word_key.c.id.in_(ids)).values(unused_since=since))
            session.execute(delete(word_key).where(word_key.c.id.in_(over)))
        return len(over)

    def remember_folder(self, folder: Path) -> None:
        """Note a folder in which a copy of the store was put, so that it can be looked through later."""
        with self.database.transaction() as session:
            row = {"path": str(folder)}
            if session.scalar(select(copy_folder.c.path).where(copy_folder.c.path == row["path"])) is None:
                session.execute(insert(copy_folder), row)

    def folders(self) -> list[Path]:
        """The folders in which copies were put."""
        if not self.exists:
            return []
        with self.database.reading() as session:
            return [Path(found) for found in session.scalars(select(copy_folder.c.path))]

    @property
    def database(self) -> Database:
        """The store's own database, with its tables. Raises KeysAmongOrders."""
        if self._opened is None:
            with self._lock:
                if self._opened is None:
                    self._opened = open_store(self.url)
        return self._opened

    def dispose(self) -> None:
        """Close the pooled connections."""
        if self._opened is not None:
            self._opened.dispose()


def _row(key: StoredKey, now: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "nonce": key.wrapped.nonce,
        "wrapped_key": key.wrapped.ciphertext,
        "contact_index": key.contact_index,
        "made_at": now,
    }
