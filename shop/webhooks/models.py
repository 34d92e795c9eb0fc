"""The inbox: every event from Stripe that means something to us, kept once, and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, partial_index


class InboxEvent(Base):
    """An event. Its payload is not kept: it may be personal, and the worker looks at Stripe itself."""

    __tablename__ = "inbox_event"
    __table_args__ = (partial_index("ix_inbox_event_waiting", "due_at", where="due_at IS NOT NULL"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    object_id: Mapped[str | None]
    payment_intent: Mapped[str | None]
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    due_at: Mapped[datetime | None]
    """When the worker may act on it: put off while one does. None once it is done."""
    done_at: Mapped[datetime | None]
    """Written in the transaction of its effect."""
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
