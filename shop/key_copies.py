"""Copies of the key store: made apart from any backup of the database, and kept for 35 days at most.

A copy is a SQLite file whatever the store is. It knows when it was made, so that it is found and deleted
under whatever name; the store remembers the folders, and the worker looks through them.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from shop import backup, clock, erasures, files, retention
from shop.db import Database
from shop.dedications import search_index
from shop.dedications.keys import KeyStore, StoredKey
from shop.dedications.sealing import Sealed
from shop.dedications.vault import Vault
from shop.frozen import frozen

MARK: Final = 0x504D4B43
"""SQLite's application id of a copy: "PMKC" in its header."""

HEADER: Final = 72
MARK_AT: Final = 68
"""https://www.sqlite.org/fileformat.html, 1.3: the application id, four bytes, big-endian."""

TABLES: Final = """
CREATE TABLE copy (made_at TEXT NOT NULL);
CREATE TABLE word_key (
  id TEXT PRIMARY KEY, nonce BLOB NOT NULL, wrapped_key BLOB NOT NULL, contact_index TEXT
);
CREATE TABLE gone (name TEXT PRIMARY KEY);
"""


class NotACopy(Exception):
    """The file is no copy of a key store."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is not a copy of a key store.")


@frozen
class Copied:
    """What a copy holds, and which older ones went."""

    keys: int
    deleted: Sequence[Path]


def write(keys: KeyStore, file: Path) -> Copied:
    """Copy the store into a new file, and delete the copies in its folder whose time is over.

    The shop may go on meanwhile. Raises backup.CannotBackUp when the file exists.
    """
    backup.refuse_taken(file)
    folder = file.absolute().parent
    with files.draft_beside(file) as draft:
        count = _fill(keys, draft)
        keys.remember_folder(folder)  # first: a copy in a folder that nobody knows of would stay for ever
        try:
            files.put_in_place(draft, file)
        except FileExistsError:
            raise backup.CannotBackUp(f"{file} has appeared meanwhile. Nothing was written over.") from None
    return Copied(count, delete_old(keys))


def delete_old(keys: KeyStore) -> list[Path]:
    """Delete every copy whose time is over, in all folders that copies were put in; which they were."""
    over = clock.now() - retention.lasts(retention.KEY_COPIES)
    deleted = []
    for folder in keys.folders():
        with suppress(OSError):  # a disk that is not there today
            for file in sorted(folder.iterdir()):
                made_at = _made_at(file)
                if made_at is not None and made_at <= over:
                    file.unlink()
                    deleted.append(file)
    return deleted


def restore(database: Database, vault: Vault, file: Path) -> int:
    """Bring back the keys that the store lacks and this database needs; how many.

    None of what is gone: the list in the copy is added to the store's own, the database is told, and only
    what it still has something sealed under comes back. So bring the database back first. Raises NotACopy.
    """
    gone, keys = _read(file)
    vault.keys.remember_folder(file.absolute().parent)  # a new store knows of no copy yet
    vault.keys.destroy([], gone)
    erasures.catch_up(database, vault, afresh=True)
    wanted = erasures.used(database) - set(vault.keys.all_ids())
    back = [key for key in keys if key.id in wanted]
    vault.keys.add(back)
    search_index.begin_again(vault.keys)
    return len(back)


def _read(file: Path) -> tuple[list[str], list[StoredKey]]:
    """The list of what is gone, and the keys."""
    if _made_at(file) is None:
        raise NotACopy(file)
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            gone = [name for (name,) in copy.execute("SELECT name FROM gone")]
            rows = copy.execute("SELECT id, nonce, wrapped_key, contact_index FROM word_key").fetchall()
    except sqlite3.DatabaseError:
        raise NotACopy(file) from None
    return gone, [StoredKey(key_id, Sealed(nonce, key), index) for key_id, nonce, key, index in rows]


def _fill(keys: KeyStore, draft: Path) -> int:
    stored, gone = keys.everything()
    with closing(sqlite3.connect(draft)) as copy:
        copy.execute("PRAGMA journal_mode=OFF")  # one file, with nothing beside it
        copy.executescript(TABLES)
        copy.execute(f"PRAGMA application_id={MARK}")
        copy.execute("INSERT INTO copy VALUES (?)", [clock.now().isoformat()])
        copy.executemany(
            "INSERT INTO word_key VALUES (?, ?, ?, ?)",
            [(key.id, key.wrapped.nonce, key.wrapped.ciphertext, key.contact_index) for key in stored],
        )
        copy.executemany("INSERT INTO gone VALUES (?)", [(name,) for name in sorted(gone)])
        copy.commit()
    return len(stored)


def _made_at(file: Path) -> datetime | None:
    """When a copy was made; None for any other file."""
    try:
        with file.open("rb") as opened:
            if opened.read(HEADER)[MARK_AT:] != MARK.to_bytes(4, "big"):
                return None
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            return datetime.fromisoformat(copy.execute("SELECT made_at FROM copy").fetchone()[0])
    except (OSError, sqlite3.DatabaseError, TypeError, ValueError):
        return None
