"""E-mails waiting to be sent, and those that were."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, partial_index

WAITING = "sent_at IS NULL AND dropped IS NULL"


class QueuedEmail(Base):
    """One e-mail, decided in the same transaction as what it tells.

    It holds no words and no address: the e-mail is written from the sealed order when it is sent, so an
    erased order leaves nothing here.
    """

    __tablename__ = "letter"
    __table_args__ = (partial_index("ix_letter_due", "due_at", "id", where=WAITING),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """Fixed now, so that an e-mail sent twice by a crash is recognised as one by a mail program."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    dropped: Mapped[str | None]
    """Why it will not be sent (for instance, the order was erased)."""
    asked_by: Mapped[str | None]
    """Who had it sent again; None for what the shop sends by itself."""


class OwnerEmail(Base):
    """One e-mail to one owner: whole, for it names no buyer, until it is sent."""

    __tablename__ = "owner_email"
    __table_args__ = (
        UniqueConstraint("account_id", "morning"),
        partial_index("ix_owner_email_due", "due_at", "id", where=WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    morning: Mapped[date | None]
    """Britain's day whose morning e-mail it is; None for what was told at once."""
    for_finance: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it goes to whoever works here, finance too; else to owners alone."""
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    dropped: Mapped[str | None]
    """Why it will not be sent: a value of outbox.Drop."""
