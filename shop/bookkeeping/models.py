"""What moved at Stripe, as Stripe's own rows say, and how far they have been read.

Whose money a row is, is said as for an order: by `mode` and `book` (see `OrderServices.own`). Amounts are
pence of the row's currency, and signed: what came to us is positive.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, get_args

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.bookkeeping.chart_of_accounts import MoneyAccount
from shop.giving.ledger import Book
from shop.orm import Base, one_of, partial_index
from shop.payments.kinds import EntryKind
from shop.settings import PaymentMode


class About(StrEnum):
    """What a balance transaction is about, where it is about an order: the kind of its payment entry."""

    PAYMENT = "payment"
    UNEXPLAINED = "unexplained"
    SURPLUS = "surplus"
    SUPPLEMENT = "supplement"
    REFUND = "refund"
    """Also one that was sent back."""
    DISPUTE = "dispute"
    """Money withdrawn for it, or given back."""


ABOUT: Final = {
    EntryKind.REFUND_FAILED: About.REFUND,
    EntryKind.DISPUTE_WITHDRAWN: About.DISPUTE,
    EntryKind.DISPUTE_REINSTATED: About.DISPUTE,
}
"""By the kind of a payment entry, where the word is not the same."""


class BalanceTransaction(Base):
    """One of Stripe's balance transactions: money into its balance, or out of it.

    Written once as it was first read. Later readings change only `status`, `available_on` and what is empty:
    `payout_id`, `order_id` and `about`.
    """

    __tablename__ = "balance_transaction"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("about", About),
        CheckConstraint("net = amount - fee", name="adds_up"),
        CheckConstraint("(order_id IS NULL) = (about IS NULL)", name="about_an_order"),
        Index("ix_balance_transaction_created", "mode", "book", "created"),
        Index("ix_balance_transaction_read_at", "mode", "book", "read_at"),
        Index("ix_balance_transaction_period", "mode", "book", "period"),
        partial_index("ix_balance_transaction_unmatched", "source", where="order_id IS NULL"),
        partial_index("ix_balance_transaction_pending", "created", where="status = 'pending'"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Stripe's: txn_..."""
    mode: Mapped[str]
    book: Mapped[Book] = mapped_column(String(4))
    type: Mapped[str]
    reporting_category: Mapped[str]
    """Stripe's word, by which books are kept: docs.stripe.com/reports/reporting-categories."""
    source: Mapped[str | None] = mapped_column(index=True)
    """Stripe's id of what it is about: ch_..., re_..., dp_..., po_..."""
    amount: Mapped[int] = mapped_column(BigInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    """What Stripe took: positive."""
    net: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created: Mapped[datetime]
    available_on: Mapped[datetime]
    status: Mapped[str]
    """'pending', or 'available' to be paid out."""
    payout_id: Mapped[str | None] = mapped_column(index=True)
    """The payout it left with, the payout it is, or the one that it took back; None while it has not left, or
    left with a payout made by hand, of which Stripe does not say what is in it."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    about: Mapped[str | None]
    """An About; None where no order of ours is known to be behind it."""
    period: Mapped[str]
    """The month of the books it is in, as in '2026-11': see `balance_transaction_rows.open_from`."""
    read_at: Mapped[datetime]


class Payout(Base):
    """One of Stripe's payouts to our bank, as it was last read."""

    __tablename__ = "payout"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        Index("ix_payout_created", "mode", "book", "created"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Stripe's: po_..."""
    mode: Mapped[str]
    book: Mapped[Book] = mapped_column(String(4))
    amount: Mapped[int] = mapped_column(BigInteger)
    """What goes to the bank: positive. Below zero where Stripe takes what is owed to it from the bank."""
    currency: Mapped[str]
    created: Mapped[datetime]
    arrives_on: Mapped[date]
    status: Mapped[str]
    """'pending', 'in_transit', 'paid', 'failed' or 'canceled'."""
    automatic: Mapped[bool]
    """False of one that somebody made by hand: Stripe does not say what is in it."""
    balance_transaction: Mapped[str | None]
    failure_code: Mapped[str | None]
    failure_balance_transaction: Mapped[str | None]
    """With which a payout that failed came back."""
    reconciliation_status: Mapped[str]
    """'completed' once Stripe says what is in it, 'in_progress', or 'not_applicable' of one made by hand."""
    trace: Mapped[str | None]
    """The reference by which a bank can find it."""
    read_at: Mapped[datetime]
    members_read_at: Mapped[datetime | None]
    """When all that is in it had been read."""


class Stage(StrEnum):
    """What a reading of Stripe's rows reads now, in this order."""

    IDLE = "idle"
    PAYOUTS = "payouts"
    BALANCE_TRANSACTIONS = "movements"
    MEMBERS = "members"
    """What is in each payout."""
    MISSING = "missing"
    """Rows of payments that had none yet."""


class BalanceTransactionReading(Base):
    """How far Stripe's rows have been read. A reading that was broken off goes on where it was."""

    __tablename__ = "movement_reading"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("stage", Stage),
    )

    mode: Mapped[str] = mapped_column(primary_key=True)
    book: Mapped[Book] = mapped_column(String(4), primary_key=True)
    stage: Mapped[str] = mapped_column(default=Stage.IDLE)
    """A Stage."""
    after: Mapped[str | None]
    """The last row that was read in this stage, newest first."""
    step: Mapped[int] = mapped_column(default=0)
    """Moved with each page, so that of two who read the same one writes."""
    rows: Mapped[int] = mapped_column(default=0)
    """How many were read in this reading."""
    started_at: Mapped[datetime | None]
    """When the reading that is under way began, by Stripe's clock."""
    whole_until: Mapped[datetime | None]
    """When the last finished reading began: all that Stripe had by then has been read."""
    finished_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    """When the worker reads on."""
    failures: Mapped[int] = mapped_column(default=0)
    """How many times Stripe has not answered since it last did."""


class PayoutArrival(Base):
    """That somebody saw a payout on the bank's statement. Only taking it back is written in later, once."""

    __tablename__ = "payout_arrival"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone_by_somebody"),
        partial_index("ix_payout_arrival_stands", "payout_id", where="undone_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[str] = mapped_column(ForeignKey("payout.id"), index=True)
    arrived_on: Mapped[date]
    reference: Mapped[str]
    """As it stands on the bank's statement."""
    booked_at: Mapped[datetime]
    actor: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class MonthSum(Base):
    """What an account of the books came to in a month that is over: so pages need not add it up again.

    It is derived like the month's journal, and `money_months.check` holds it against that.
    """

    __tablename__ = "month_sum"
    __table_args__ = (
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("account", MoneyAccount),
    )

    mode: Mapped[str] = mapped_column(primary_key=True)
    book: Mapped[Book] = mapped_column(String(4), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    plus_pence: Mapped[int] = mapped_column(BigInteger)
    minus_pence: Mapped[int] = mapped_column(BigInteger)
    """The sum of what is below zero."""
    kept_at: Mapped[datetime]
