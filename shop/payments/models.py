"""What was asked of Stripe, and what money moved."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of, partial_index
from shop.payments.kinds import EntryKind, Goodwill, RefundReason, RefundState, SupplementState


class CheckoutAttempt(Base):
    """One Checkout session of an order, written down before Stripe is asked for it."""

    __tablename__ = "checkout_attempt"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    number: Mapped[int]
    key: Mapped[str] = mapped_column(unique=True)
    """Stripe's idempotency key: asking again with it gives the same session. See `try_key`."""
    tries: Mapped[int] = mapped_column(default=0)
    """How many times Stripe failed on its side. Each is followed by a new key: Stripe keeps a failure for a
    day and gives it again to whoever asks with the same key."""
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The whole request but for the buyer's e-mail, which stays in the vault."""
    expires_at: Mapped[datetime]
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    created_at: Mapped[datetime]


class Supplement(Base):
    """What a unit costs more in the metal or chain length it is to be changed to: asked for, and paid or not.

    It has a Checkout session of its own, written down before Stripe is asked for it; see CheckoutAttempt for
    `key` to `url`. Why it was asked for is sealed with the order: see `supplements.kept_as`.
    """

    __tablename__ = "supplement"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("expected_pence > 0", name="costs_more"),
        CheckConstraint("(state = 'asked') = (settled_at IS NULL)", name="settled_when_not_asked"),
        one_of("state", SupplementState),
        partial_index("ix_supplement_asked", "order_id", where="state = 'asked'", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    number: Mapped[int]
    line_number: Mapped[int]
    """The unit's."""
    from_variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    before: Mapped[str]
    """The unit's metal and length when it was asked for."""
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    sku: Mapped[str]
    metal_slug: Mapped[str]
    metal_name: Mapped[str]
    chain_inches: Mapped[int]
    price_pence: Mapped[int]
    """What the unit then costs."""
    expected_pence: Mapped[int]
    """What is to be paid: by how much that is more."""
    key: Mapped[str] = mapped_column(unique=True)
    tries: Mapped[int] = mapped_column(default=0)
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime]
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    created_at: Mapped[datetime]
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), unique=True)
    state: Mapped[str]
    """A SupplementState."""
    actor: Mapped[str]
    left_by: Mapped[str | None]
    """Who wants it no more while its page may still be open; the shop where its change is not possible."""
    paying_at: Mapped[datetime | None]
    """When a payment was first seen that takes days to arrive, as a bank debit does."""
    why_returned: Mapped[str | None]
    """Why it went back, in a sentence."""
    settled_at: Mapped[datetime | None]


Page = CheckoutAttempt | Supplement
"""What has a payment page of its own."""


class StraySession(Base):
    """A Checkout session that Stripe made although it answered with a failure: nobody was sent there.

    It is looked at like the others, and closed while it is open.
    """

    __tablename__ = "stray_session"

    stripe_id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    noted_at: Mapped[datetime]


class PaymentEntry(Base):
    """Money that moved at Stripe, once: never changed, never removed."""

    __tablename__ = "payment_entry"
    __table_args__ = (
        CheckConstraint("amount_pence <> 0", name="moves_money"),
        one_of("kind", EntryKind),
        Index("ix_payment_entry_booked_at", "booked_at"),
        partial_index("ix_payment_entry_unexplained", "order_id", where="kind = 'unexplained'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """`pay:ch_...`, `ref:re_...`, `ref-failed:re_...`, `dis:dp_...:<n>`."""
    kind: Mapped[str]
    """An EntryKind."""
    stripe_id: Mapped[str] = mapped_column(index=True)
    payment_intent: Mapped[str] = mapped_column(index=True)
    amount_pence: Mapped[int]
    """Signed: what came to us is positive."""
    currency: Mapped[str]
    event_at: Mapped[datetime]
    booked_at: Mapped[datetime]


class Suspicion(Base):
    """An early fraud warning or a review, as it was first heard of. It is opened and closed, each once.

    So whoever writes what was seen earlier can undo nothing, and it need not move the order's version.
    """

    __tablename__ = "suspicion"
    __table_args__ = (one_of("kind", ("warning", "review")),)

    stripe_id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
    """Stripe's word for why it was raised."""
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[str | None]
    """Stripe's word for what came of it."""


class RefundRequest(Base):
    """Money that must go back, decided inside a transaction and sent to Stripe after it.

    It is owed until Stripe has it, or a person has said what became of it: see RefundState.
    """

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="gives_back"),
        one_of("reason", RefundReason),
        one_of("state", RefundState),
        one_of("goodwill", Goodwill),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Its mark in the refund's metadata at Stripe, by which it is found again for ever. See `try_key`."""
    payment_intent: Mapped[str]
    amount_pence: Mapped[int]
    reason: Mapped[str]
    """A RefundReason."""
    lines: Mapped[list[int]] = mapped_column(JSON)
    """Numbers of the order's lines it pays back; empty when it is not about lines."""
    with_postage: Mapped[bool] = mapped_column(default=False)
    goodwill: Mapped[str | None]
    """A Goodwill, when some of it is for neither lines nor postage."""
    goodwill_pence: Mapped[int | None]
    """How much of it is."""
    joined: Mapped[str | None]
    """The key of the first of several that together give one sum back, since it was paid in several payments.
    Each says of the whole what it is for."""
    joined_pence: Mapped[int | None]
    """How much they give back together."""
    actor: Mapped[str]
    requested_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=RefundState.OWED, index=True)
    """A RefundState."""
    stripe_id: Mapped[str | None] = mapped_column(unique=True)
    refused: Mapped[str | None]
    """Why it was not sent the last time: Stripe's error code, or another short word."""
    tries: Mapped[int] = mapped_column(default=0)
    """How many times Stripe answered with anything but the refund."""
    next_try_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    """Until when somebody is sending it, so that nobody else does."""

    @property
    def whole_pence(self) -> int:
        """What goes back with it and with those it is joined with."""
        return self.amount_pence if self.joined_pence is None else self.joined_pence


def try_key(row: Page | RefundRequest) -> str:
    """The idempotency key of the next try: the same until Stripe has answered, another after a failure."""
    return f"{row.key}-try-{row.tries}" if row.tries else row.key
