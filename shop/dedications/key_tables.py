"""The tables of the key store: keys, the list of what is gone, and where copies of the store were put."""

from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    text,
)

from shop import files
from shop.db import Database
from shop.orm import UtcDateTime

SHOPS_OWN: Final = "order"
"""A table that only the shop's database has."""

_LOCK: Final = 70_617_275
"""Any number: on PostgreSQL, whoever holds it makes the tables, or adds to the list."""

metadata = MetaData()
word_key = Table(
    "word_key",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("nonce", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),  # by the vault key, which is in no database
    Column("contact_index", String(64), index=True),  # a blind index of an e-mail: it goes with its key
    Column("made_at", UtcDateTime, nullable=False),
    Column("unused_since", UtcDateTime),  # when nothing was found any more that it seals
)
gone = Table(
    "gone",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False, unique=True),  # a keyed digest: it names nobody
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
search_word = Table(
    "search_word",
    metadata,
    Column("token", LargeBinary, primary_key=True),  # a keyed digest of part of a word: see search_index
    Column(
        "key_id", String(32), ForeignKey("word_key.id", ondelete="CASCADE"), primary_key=True, index=True
    ),  # it goes with its key
    sqlite_with_rowid=False,
)
search_mark = Table(
    "search_mark", metadata, Column("order_id", Integer, primary_key=True, autoincrement=False)
)
"""The order up to which all can be searched for: at most one row."""
copy_folder = Table("copy_folder", metadata, Column("path", Text, primary_key=True))


class KeysAmongOrders(Exception):
    """The key store would be the database whose words it is to open."""

    def __init__(self) -> None:
        super().__init__(
            "KEYS_URL leads to the same database as DATABASE_URL. Keys kept beside what they seal are in "
            "every copy of it: give them a database of their own."
        )


def open_store(url: str) -> Database:
    """The store's database, with its tables made. Raises KeysAmongOrders."""
    file = files.sqlite_file(url)
    if file is not None:
        files.private_folder(file.parent)
    database = Database(url)
    try:
        _prepare(database)
    except BaseException:
        database.dispose()
        raise
    return database


def _prepare(database: Database) -> None:
    with database.engine.connect() as connection:
        if inspect(connection).has_table(search_mark.name):
            return
    with database.transaction() as session:
        connection = session.connection()
        alone(connection)
        if inspect(connection).has_table(SHOPS_OWN):
            raise KeysAmongOrders
        metadata.create_all(connection)


def alone(connection: Connection) -> None:
    """Let nobody else do this until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
