"""Sealed words and the keys that open them; and what was opened for all to read, by its writer's wish."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class OrderKey(Base):
    """The key of one order's words, encrypted with the vault key. Deleting the row erases the words."""

    __tablename__ = "order_key"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    nonce: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    contact_index: Mapped[str | None] = mapped_column(index=True)
    """A blind index: an HMAC of the buyer's e-mail, by which her orders are found without keeping it."""


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
    """One dedication that its writer chose to share. Its words stand here only while anyone may read them."""

    __tablename__ = "wall_entry"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'shown', 'left out', 'withdrawn')", name="state_known"),
        CheckConstraint(
            "(state = 'shown' AND words IS NOT NULL AND name IS NOT NULL AND shown_at IS NOT NULL)"
            " OR (state <> 'shown' AND words IS NULL AND name IS NULL AND shown_at IS NULL)",
            name="words_only_while_shown",
        ),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the order's line."""
    state: Mapped[str] = mapped_column(String(10), index=True)
    offered_at: Mapped[datetime]
    shown_at: Mapped[datetime | None] = mapped_column(index=True)
    words: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    """As she wrote it; empty when she gave none."""
