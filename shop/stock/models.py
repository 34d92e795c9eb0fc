"""The tables of stock: what is on hand, why it changed, and for whom some of it is set aside."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of, partial_index

OUTSIDE: Final = "OS-"
"""How the references of sales outside the shop begin: their pieces are taken out of the drawer at once."""


class HoldState(StrEnum):
    """Where a hold stands. It starts as held, and ends sold or released."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"


class Reason(StrEnum):
    """Why the number on hand changed."""

    OPENING = "opening"
    RECEIVED = "received"
    SOLD = "sold"
    RETURNED = "returned"
    COUNTED = "counted"
    DAMAGED = "damaged"


class StockLevel(Base):
    """How many of a variant are at the workbench, and how many of those are set aside."""

    __tablename__ = "stock_level"
    __table_args__ = (CheckConstraint("reserved BETWEEN 0 AND on_hand", name="reserved_within_on_hand"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True, autoincrement=False)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    low_at: Mapped[int | None]
    """Of how few on hand the owner is told; None: of none."""
    low_told: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they were told since there were last more."""


class StockMovement(Base):
    """One change of the number on hand. The sum of a variant's movements is what is on hand."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity_moves"),
        one_of("reason", Reason),
        CheckConstraint("reason <> 'sold' OR quantity < 0", name="sold_goes_out"),
        CheckConstraint("reason <> 'returned' OR quantity > 0", name="returned_comes_in"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("stock_level.variant_id"), index=True)
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500), default="")
    actor: Mapped[str] = mapped_column(String(100))
    order_reference: Mapped[str | None] = mapped_column(String(32), index=True)
    at: Mapped[datetime]


class Hold(Base):
    """Stock set aside for one checkout until `expires_at`, by the database's clock."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("state", HoldState),
        CheckConstraint("(state = 'held') = (settled_at IS NULL)", name="settled_when_not_held"),
        partial_index("ix_hold_live", "expires_at", where="state = 'held'"),
        partial_index("ix_hold_network", "network", where="network IS NOT NULL"),
        partial_index("ix_hold_site", "site", where="site IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    network: Mapped[str | None] = mapped_column(String(64))
    """A keyed digest of whom it was placed for, while it is held and for an hour at most (see `shares`)."""
    site: Mapped[str | None] = mapped_column(String(64))
    """The same of the larger network that this one is part of, if it is of IPv6."""


class HoldLine(Base):
    """How many of one variant a hold sets aside."""

    __tablename__ = "hold_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("stock_level.variant_id"), primary_key=True)
    quantity: Mapped[int]
