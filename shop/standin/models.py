"""What the stand-in remembers. Its tables hold nothing about a person: not even the address it is given."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class StandinObject(Base):
    """One object as Stripe's API shows it, and beside it what lists are filtered by."""

    __tablename__ = "standin_object"
    __table_args__ = (
        Index("ix_standin_object_kind_number", "kind", "number"),
        Index("ix_standin_object_kind_due_at", "kind", "due_at"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    created: Mapped[int] = mapped_column(BigInteger)  # seconds since 1970, as Stripe counts
    status: Mapped[str | None] = mapped_column(String(40))
    payment_intent: Mapped[str | None] = mapped_column(String(80), index=True)
    charge: Mapped[str | None] = mapped_column(String(80), index=True)
    source: Mapped[str | None] = mapped_column(String(80), index=True)
    payout: Mapped[str | None] = mapped_column(String(80), index=True)
    due_at: Mapped[int | None] = mapped_column(BigInteger)  # when time alone will change it
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept: Mapped[dict[str, Any]] = mapped_column(
        JSON
    )  # what the API does not show, such as a session's lines


class StandinEvent(Base):
    """Something that happened, with the object as it was then."""

    __tablename__ = "standin_event"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(80), unique=True)
    type: Mapped[str] = mapped_column(String(80), index=True)
    created: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class StandinDelivery(Base):
    """One event on its way to the shop's webhook."""

    __tablename__ = "standin_delivery"
    __table_args__ = (Index("ix_standin_delivery_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("standin_event.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))  # due, delivered, given up
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_status: Mapped[int | None]
    settled_at: Mapped[datetime | None]


class StandinKey(Base):
    """An idempotency key and the answer it stands for."""

    __tablename__ = "standin_key"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(index=True)
