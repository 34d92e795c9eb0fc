"""What was asked of Stripe, and what money moved."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class CheckoutAttempt(Base):
    """One Checkout session of an order, written down before Stripe is asked for it."""

    __tablename__ = "checkout_attempt"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    number: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    """Stripe's idempotency key: asking again with it gives the same session."""
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The whole request but for the buyer's e-mail, which stays in the vault."""
    expires_at: Mapped[datetime]
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    created_at: Mapped[datetime]


class PaymentEntry(Base):
    """Money that moved at Stripe, once: never changed, never removed."""

    __tablename__ = "payment_entry"
    __table_args__ = (CheckConstraint("amount_pence <> 0", name="moves_money"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`pay:ch_...`, `ref:re_...`, `ref-failed:re_...`, `dis:dp_...:<n>`."""
    kind: Mapped[str]
    stripe_id: Mapped[str] = mapped_column(index=True)
    payment_intent: Mapped[str] = mapped_column(index=True)
    amount_pence: Mapped[int]
    """Signed: what came to us is positive."""
    currency: Mapped[str]
    event_at: Mapped[datetime]
    booked_at: Mapped[datetime]


class RefundRequest(Base):
    """Money that must go back, decided inside a transaction and sent to Stripe after it."""

    __tablename__ = "refund_request"
    __table_args__ = (CheckConstraint("amount_pence > 0", name="gives_back"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    payment_intent: Mapped[str]
    amount_pence: Mapped[int]
    reason: Mapped[str]
    lines: Mapped[list[int]] = mapped_column(JSON)
    """Numbers of the order's lines it pays back; empty when it is not about lines."""
    actor: Mapped[str]
    requested_at: Mapped[datetime]
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    refused: Mapped[str | None]
    """Stripe's error code, when it will never carry the request out."""
