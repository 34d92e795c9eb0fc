"""Sealed words, and the ids of the keys that open them; the keys themselves are in no table here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class OrderKey(Base):
    """Which key in the KeyStore opens an order's words."""

    __tablename__ = "order_key"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(32), unique=True)


class SealedText(Base):
    """One sealed value of an order: `label` says which, 'dedication' for one."""

    __tablename__ = "sealed_text"

    order_id: Mapped[int] = mapped_column(
        ForeignKey("order_key.order_id"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(String(80), primary_key=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]


class WallEntry(Base):
    """One dedication that its writer chose to share: sealed under a key of its own, until it is withdrawn."""

    __tablename__ = "wall_entry"
    __table_args__ = (
        one_of("state", ("waiting", "shown", "left out", "withdrawn")),
        CheckConstraint(
            "(state = 'withdrawn' AND key_id IS NULL AND sealed IS NULL)"
            " OR (state <> 'withdrawn' AND key_id IS NOT NULL AND sealed IS NOT NULL)",
            name="nothing_left_once_withdrawn",
        ),
        CheckConstraint("(state = 'shown') = (shown_at IS NOT NULL)", name="shown_at_while_shown"),
        Index("ix_wall_entry_listed", "state", "offered_at", "order_id", "number"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the order's line."""
    state: Mapped[str] = mapped_column(String(10))
    offered_at: Mapped[datetime]
    shown_at: Mapped[datetime | None] = mapped_column(index=True)
    key_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens it."""
    sealed: Mapped[bytes | None]
    """The words, and the name as it was written ("" when none was given)."""


class GoneName(Base):
    """The list of what is gone, as far as this database was told: a store that was lost has it from here."""

    __tablename__ = "gone_name"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A keyed digest, as in the store."""


class GoneMark(Base):
    """How far this database has been told what is gone: one row. A restored copy stands further back."""

    __tablename__ = "gone_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
