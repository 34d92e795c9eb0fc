"""Sealed words and the keys that open them. Nothing in these tables can be read without the vault key."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class OrderKey(Base):
    """The key of one order's words, encrypted with the vault key. Deleting the row erases the words."""

    __tablename__ = "order_key"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    nonce: Mapped[bytes]
    wrapped_key: Mapped[bytes]


class SealedText(Base):
    """One sealed value of an order: `label` says which, 'dedication' for one."""

    __tablename__ = "sealed_text"

    order_id: Mapped[int] = mapped_column(
        ForeignKey("order_key.order_id"), primary_key=True, autoincrement=False
    )
    label: Mapped[str] = mapped_column(String(80), primary_key=True)
    nonce: Mapped[bytes]
    ciphertext: Mapped[bytes]
