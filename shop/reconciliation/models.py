"""Runs, and what they found. `run_guards` keeps what was written as it was written."""

from datetime import datetime
from typing import get_args

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.giving.ledger import Book
from shop.orm import Base, one_of, partial_index
from shop.reconciliation.difference_kinds import DifferenceKind, RunResult, RunStage, StepKind
from shop.settings import PaymentMode


class ReconciliationRun(Base):
    """One run: what it compared, and how far it has come. One of a book is under way; ended it never changes.

    The columns from `entries_to` on are what stood here when it began: a later run begins there, if that is
    still as it was.
    """

    __tablename__ = "reconciliation_run"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("stage", RunStage),
        one_of("result", RunResult),
        CheckConstraint("(ended_at IS NULL) = (result IS NULL)", name="ended_with_a_result"),
        CheckConstraint("(stage = 'ended') = (ended_at IS NOT NULL)", name="ended_at_its_last_stage"),
        partial_index(
            "ix_reconciliation_run_under_way", "mode", "book", where="ended_at IS NULL", unique=True
        ),
        Index("ix_reconciliation_run_ended", "mode", "book", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str]
    book: Mapped[Book] = mapped_column(String(4))
    begun_at: Mapped[datetime]
    begun_by: Mapped[str]
    whole: Mapped[bool]
    """Whether everything is compared from the beginning, and every order looked at."""
    since: Mapped[datetime | None]
    """Rows of Stripe's that were read since then are compared; None: all."""
    stage: Mapped[str]
    """A RunStage."""
    after: Mapped[str | None]
    """How far it has come in its stage."""
    step: Mapped[int] = mapped_column(default=0)
    """Moved with each batch, so that of two who did the same one writes."""
    compared: Mapped[int] = mapped_column(default=0)
    """Things of which both sides were compared."""
    looked: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    """Orders that were looked at, and that could not be."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Entries whose row Stripe has not made yet, and need not have."""
    rest_to: Mapped[int] = mapped_column(default=0)
    """The last of the orders that nothing happened to, by its id, that was compared; the next run goes on."""
    next_try_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    """How many times Stripe has not answered since it last did."""
    trouble: Mapped[str | None]
    """Why it has not gone on."""
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]
    """A RunResult."""
    found_new: Mapped[int | None]
    found_open: Mapped[int | None]
    """Differences that are new, or open again, and all that were open at its end."""
    entries_to: Mapped[int]
    entries_count: Mapped[int]
    entries_pence: Mapped[int] = mapped_column(BigInteger)
    events_to: Mapped[int]
    ledger_seq: Mapped[int]
    ledger_hash: Mapped[str]


class Difference(Base):
    """One thing that does not agree, over all runs. Only the last run that saw it is written anew."""

    __tablename__ = "difference"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("kind", DifferenceKind),
        UniqueConstraint("mode", "book", "kind", "about"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mode: Mapped[str]
    book: Mapped[Book] = mapped_column(String(4))
    kind: Mapped[str]
    """A DifferenceKind."""
    about: Mapped[str]
    """Stripe's id, an order's reference (with the unit), a row of the ledger: nothing private."""
    order_reference: Mapped[str | None]
    """The order it is about, where one is known."""
    first_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    last_run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))


class DifferenceStep(Base):
    """What became of a difference, each thing once: rows are only ever added."""

    __tablename__ = "difference_step"
    __table_args__ = (
        one_of("kind", StepKind),
        UniqueConstraint("difference_id", "number"),
        CheckConstraint("(kind = 'explained') = (why IS NOT NULL)", name="explained_with_a_reason"),
        CheckConstraint("kind = 'explained' OR run_id IS NOT NULL", name="seen_by_a_run"),
        CheckConstraint("why IS NULL OR length(why) > 2", name="reason_said"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    difference_id: Mapped[int] = mapped_column(ForeignKey("difference.id"))
    number: Mapped[int]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("reconciliation_run.id"), index=True)
    kind: Mapped[str]
    """A StepKind."""
    theirs_pence: Mapped[int | None] = mapped_column(BigInteger)
    ours_pence: Mapped[int | None] = mapped_column(BigInteger)
    """What either side says, as far as it says an amount; Stripe's, or the order's, is `theirs`."""
    said: Mapped[str] = mapped_column(Text)
    """The difference in a sentence, as it then was."""
    why: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    actor: Mapped[str]
