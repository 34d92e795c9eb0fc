"""The charity's keys, as agreements name them, and what was signed with them. Guards keep both as written."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class CharityKey(Base):
    """A key of the charity's: its fingerprint stands in the signed agreement, or in a dated addition."""

    __tablename__ = "charity_key"
    __table_args__ = (UniqueConstraint("policy_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 (hex) of the key as SubjectPublicKeyInfo."""
    dated: Mapped[date]
    """The day on which the paper that names it was signed."""
    named_at: Mapped[datetime]
    named_by: Mapped[str]
    announcement_id: Mapped[int] = mapped_column(ForeignKey("log_announcement.id"))
    """Where the log says so to everybody."""


class PaymentConfirmation(Base):
    """That a payment has reached the charity: a WebAuthn assertion, whole, so that anyone can check it."""

    __tablename__ = "payment_confirmation"
    __table_args__ = (UniqueConstraint("payment_seq", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_seq: Mapped[int] = mapped_column(ForeignKey("ledger_txn.seq"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    spki: Mapped[bytes] = mapped_column(LargeBinary)
    checkpoint: Mapped[str] = mapped_column(Text)
    """What the log looked like, as it was signed beside the payment."""
    authenticator_data: Mapped[bytes] = mapped_column(LargeBinary)
    client_data: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[str]
    announcement_id: Mapped[int] = mapped_column(ForeignKey("log_announcement.id"))


class ConfirmationRequest(Base):
    """That the charity was e-mailed of a payment that waits for its confirmation."""

    __tablename__ = "confirmation_request"

    payment_seq: Mapped[int] = mapped_column(
        ForeignKey("ledger_txn.seq"), primary_key=True, autoincrement=False
    )
    told_at: Mapped[datetime]
