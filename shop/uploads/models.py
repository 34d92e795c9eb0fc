"""Photographs of artwork: of a basket, and of an order. Nothing here can be read without its key."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class ArtworkUpload(Base):
    """A photograph that belongs to a basket's cookie, sealed with a key that only the cookie holds."""

    __tablename__ = "artwork_upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random, of 128 bits."""
    token_hash: Mapped[str] = mapped_column(String(64), index=True)
    """Of the basket's cookie, as for baskets."""
    photograph: Mapped[bytes] = mapped_column(LargeBinary)
    """A JPEG of our own making, sealed."""
    request: Mapped[bytes] = mapped_column(LargeBinary)
    """How it is to be traced, sealed."""
    outline: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What came of it, sealed; None until it was traced."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    """The last order that it was placed in: it goes with that order's photographs."""
    touched_at: Mapped[datetime] = mapped_column(index=True)


class OrderPhotograph(Base):
    """The photograph behind the artwork on one unit, or the owner's of a side of it once it is finished.

    It has a key of its own, so that it can go long before the order's words do; then no copy opens it.
    """

    __tablename__ = "order_photograph"

    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), primary_key=True, autoincrement=False)
    line_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    upload_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens `opening`."""
    opening: Mapped[bytes] = mapped_column(LargeBinary)
    """The request, and half of what the photograph is sealed with; the order's key is the other half."""
    photograph: Mapped[bytes] = mapped_column(LargeBinary)
