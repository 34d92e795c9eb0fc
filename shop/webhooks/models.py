"""The inbox: every event from Stripe that was acted on, once."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class InboxEvent(Base):
    """An event whose effect was applied in the transaction of this row. No payload: it may be personal."""

    __tablename__ = "inbox_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
