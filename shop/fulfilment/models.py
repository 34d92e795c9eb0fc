"""Where each unit stands, every step that brought it there, the parcels, and what became of its day."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.fulfilment.correctable import Subject
from shop.fulfilment.stages import Action, Fate, Hold, Remake, Seen, Stage, Undelivered
from shop.orm import Base, one_of


class Unit(Base):
    """Where one unit of a paid order stands. It is what its steps come to, kept for the lists."""

    __tablename__ = "unit"
    __table_args__ = (
        one_of("stage", Stage),
        one_of("held", Hold),
        CheckConstraint("making >= 1", name="made_once_or_more"),
        CheckConstraint("wording >= 1", name="worded_once_or_more"),
        Index("ix_unit_stage", "stage", "paid_at", "order_line_id"),
    )

    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    stage: Mapped[str]
    """A Stage."""
    held: Mapped[str | None]
    """A Hold, while it rests."""
    making: Mapped[int] = mapped_column(default=1)
    """1, and one more each time it is made again."""
    wording: Mapped[int] = mapped_column(default=1)
    """1, and one more with each change of its words, metal or chain: who has seen which can be told by it."""
    paid_at: Mapped[datetime]

    @property
    def is_gone(self) -> bool:
        """Whether it was cancelled or its price went back: nothing is made of it."""
        return self.stage == Stage.REFUNDED or self.held == Hold.CANCELLED


class UnitStep(Base):
    """Something that was done to a unit: who, when, what. Rows are only ever added."""

    __tablename__ = "unit_step"
    __table_args__ = (
        one_of("action", Action),
        one_of("came_from", Stage),
        one_of("came_to", Stage),
        one_of("reason", (*Hold, *Remake, *Seen, *Undelivered)),
        CheckConstraint("cost_pence >= 0", name="cost_not_negative"),
        Index("ix_unit_step_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    action: Mapped[str]
    """An Action."""
    came_from: Mapped[str]
    came_to: Mapped[str]
    reason: Mapped[str | None]
    """A Hold, a Remake, a Seen or an Undelivered."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("unit_step.id"), unique=True)
    """The step that was a slip."""
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    """What it was posted in."""
    cost_pence: Mapped[int | None]
    """What making it again costs us, in pence; None where nobody said."""
    at: Mapped[datetime]
    actor: Mapped[str]


class DateNews(StrEnum):
    """What happened to a day that was promised."""

    TOLD = "told it will be late"
    WAITS = "waits"
    WANTS_IT_BACK = "wants the money back"


class UnitReturn(Base):
    """What became of a piece whose price went back, as somebody said it. See `returns`."""

    __tablename__ = "unit_return"
    __table_args__ = (one_of("fate", Fate), UniqueConstraint("refund_step_id", "fate"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    refund_step_id: Mapped[int | None] = mapped_column(ForeignKey("unit_step.id"))
    """The refund it is about; None while the money has not gone: then it is a plan."""
    fate: Mapped[str]
    """A Fate."""
    at: Mapped[datetime]
    actor: Mapped[str]
    undone_at: Mapped[datetime | None]
    """When the refund came back, so that the piece is wanted after all."""


class Parcel(Base):
    """What was posted together."""

    __tablename__ = "parcel"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    service: Mapped[str]
    tracking: Mapped[str | None] = mapped_column(index=True)
    posted_at: Mapped[datetime]


class TrackingChange(Base):
    """That a parcel's number was written down, changed or taken away: who, when. Rows are only ever added."""

    __tablename__ = "tracking_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), index=True)
    tracking: Mapped[str | None]
    at: Mapped[datetime]
    actor: Mapped[str]


class DateStep(Base):
    """The day promised was missed, or will be: what its buyer was told, and what they answered."""

    __tablename__ = "date_step"
    __table_args__ = (one_of("kind", DateNews),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str]
    """A DateNews."""
    posted_by: Mapped[date]
    """The day that holds from now on."""
    at: Mapped[datetime]
    actor: Mapped[str]


class Correction(Base):
    """Something of a paid order that was put right: what, who, when. Rows are only ever added.

    What stood before, and why the owner changed it, are sealed with the order (see `corrections`).
    """

    __tablename__ = "correction"
    __table_args__ = (one_of("subject", Subject),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    line_number: Mapped[int | None]
    """Of the unit it concerns; None for what concerns the whole order."""
    subject: Mapped[str]
    """A Subject."""
    at: Mapped[datetime]
    actor: Mapped[str]


class CardOpening(Base):
    """Somebody opened the dedication of a unit to print its card: who, and when. Rows are only ever added."""

    __tablename__ = "card_opening"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]


class LookKind(StrEnum):
    """What was said of a finished piece before it is posted."""

    AS_APPROVED = "as approved"
    NOT_LOOKED_AT = "posted without a look"
    """On purpose; why is kept as a note about the order."""


class FinishedLook(Base):
    """Somebody looked at a finished unit, or said that it goes without. Rows are only ever added."""

    __tablename__ = "finished_look"
    __table_args__ = (one_of("kind", LookKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("unit_step.id"))
    """The unit's last step by then: one that takes it back to the machine makes the look void."""
    kind: Mapped[str]
    """A LookKind."""
    aid: Mapped[str]
    """What the photographs were found to show, side by side; no word of the engraving."""
    at: Mapped[datetime]
    actor: Mapped[str]


class UnitQuestion(Base):
    """A question to the buyer about a unit that rests. Its words, and the answer's, are sealed."""

    __tablename__ = "unit_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    actor: Mapped[str]
