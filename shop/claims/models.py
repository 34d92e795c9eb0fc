"""Claims about what was posted, every step of them, and the pictures that came with one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.fulfilment.stages import Fate
from shop.orm import Base, one_of, partial_index


class Wish(StrEnum):
    """What the buyer would like best."""

    MEND = "mend it"
    REMAKE = "make it again"
    REFUND = "give the money back"


class ClaimState(StrEnum):
    """Whose turn it is."""

    OURS = "waits for us"
    BUYERS = "waits for the buyer"
    CLOSED = "closed"


class Said(StrEnum):
    """What a step of a claim is."""

    OPENED = "opened"
    WROTE = "written"
    ANSWERED = "answered"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What came of a claim."""

    MENDED = "mended"
    REMADE = "made again"
    REFUNDED = "refunded"
    NOTHING = "left as it is"


class Claim(Base):
    """Something about units of an order. Its words are sealed with the order's, never here."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        one_of("wish", Wish),
        one_of("state", ClaimState),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"))
    number: Mapped[int]
    """Of the order's claims: the first is 1."""
    lines: Mapped[list[int]] = mapped_column(JSON)
    """The numbers of the units that it is about."""
    wish: Mapped[str]
    """A Wish."""
    state: Mapped[str] = mapped_column(index=True)
    """A ClaimState: what its steps come to, kept for the lists."""
    opened_at: Mapped[datetime]


class ClaimStep(Base):
    """Something that was said or done about a claim: who, when, what. Rows are only ever added."""

    __tablename__ = "claim_step"
    __table_args__ = (
        one_of("kind", Said),
        one_of("outcome", Outcome),
        CheckConstraint("(outcome IS NOT NULL) = (kind = 'closed')", name="closed_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    kind: Mapped[str]
    """A Said."""
    outcome: Mapped[str | None]
    """An Outcome."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """An account's e-mail, or "buyer"."""


class SendBack(Base):
    """The notice that a unit without words is sent back, and what became of it."""

    __tablename__ = "send_back"
    __table_args__ = (
        CheckConstraint("(arrived_at IS NULL) = (arrived_by IS NULL)", name="arrived_by_somebody"),
        one_of("arrived_as", Fate),
        CheckConstraint("arrived_at IS NULL OR kept_at IS NULL", name="arrived_or_kept"),
        partial_index("ix_send_back_unit", "order_line_id", where="kept_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"))
    told_at: Mapped[datetime]
    """When the notice was given: the law's days count from it."""
    told_by: Mapped[str]
    """"buyer", or the account that wrote it down for one who telephoned."""
    arrived_at: Mapped[datetime | None]
    arrived_by: Mapped[str | None]
    arrived_as: Mapped[str | None]
    """The Fate that was said then."""
    kept_at: Mapped[datetime | None]
    """When it was said that the buyer keeps it after all."""


class ClaimPicture(Base):
    """A picture that came with a step, sealed with the order's key."""

    __tablename__ = "claim_picture"

    step_id: Mapped[int] = mapped_column(ForeignKey("claim_step.id"), primary_key=True, autoincrement=False)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
