"""Baskets. What was typed is sealed with a key that only its own cookie holds."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class Basket(Base):
    """One visitor's basket, found by the hash of a cookie."""

    __tablename__ = "basket"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    """The order made from it last: the only one that may still be paid."""
    page_left_open: Mapped[bool] = mapped_column(default=False)
    """Whether it was changed although that order's payment page could not be closed."""
    details: Mapped[bytes | None]
    """Address and postage, sealed."""
    payment_link_id: Mapped[int | None] = mapped_column(ForeignKey("payment_link.id"))
    """The link it is put together for, when the owner does it for somebody who telephones or writes."""
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)


class BasketLine(Base):
    """One unit in a basket, with its own words."""

    __tablename__ = "basket_line"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (an old tab must never find another line)

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"), index=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    words: Mapped[bytes]
    """Engraving and dedication, sealed."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    """The last order that was made of exactly this; a change makes it nobody's again."""
    created_at: Mapped[datetime]
