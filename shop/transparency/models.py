"""The log's rows: leaves, full tiles, checkpoints and who cosigned them. `log_triggers` keep them as written.

Each book has a log of its own, so that what a shop tries out never stands among what was given.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of

BOOKS: Final = ("live", "test")
REASONS: Final = ("day", "close")


class LogAnnouncement(Base):
    """What is to be said in the log beside the ledger's rows; it becomes a leaf with the next ones."""

    __tablename__ = "log_announcement"
    __table_args__ = (one_of("book", BOOKS), Index("ix_log_announcement_book", "book", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str]
    kind: Mapped[str]
    said: Mapped[str] = mapped_column(Text)
    """JSON, with nothing in it that may not be public."""
    announced_at: Mapped[datetime]


class LogAnchor(Base):
    """What opens the daily leaf that commits to the whole ledger: its last row, its hash, and the salt.

    Kept here alone. Published, it would tell how many sales a day had.
    """

    __tablename__ = "log_anchor"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("log_announcement.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int]
    hash: Mapped[str]
    salt: Mapped[bytes]


class LogLeaf(Base):
    """One leaf, and the row of the ledger or the announcement that it was made of."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        one_of("book", BOOKS),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(ledger_seq IS NULL) <> (announcement_id IS NULL)", name="of_one_thing"),
    )

    book: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counted from 1."""
    ledger_seq: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.seq"), unique=True)
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("log_announcement.id"), unique=True)
    leaf: Mapped[bytes]


class LogTile(Base):
    """A full tile: 256 hashes one after the other, and the hash over them. Partial ones come from leaves."""

    __tablename__ = "log_tile"

    book: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]
    root: Mapped[bytes]


class LogCheckpoint(Base):
    """What the log looked like at one moment, signed by the shop."""

    __tablename__ = "log_checkpoint"
    __table_args__ = (one_of("reason", REASONS),)

    book: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str] = mapped_column(Text)
    """With the shop's signature alone."""
    made_at: Mapped[datetime]
    reason: Mapped[str]
    month: Mapped[str | None]
    """The last month that was closed then; None while none was."""


class LogCosignature(Base):
    """That a witness saw a checkpoint, and that it continues what it saw before."""

    __tablename__ = "log_cosignature"
    __table_args__ = (ForeignKeyConstraint(["book", "size"], ["log_checkpoint.book", "log_checkpoint.size"]),)

    book: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(primary_key=True)
    """The name of its key."""
    line: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime]
