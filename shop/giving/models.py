"""What is promised (policy) and what came of it (ledger). `triggers` keep both as they were written."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.giving.damaged_moments import LedgerDay, LedgerMoment
from shop.orm import Base, one_of

GENESIS: Final = "0" * 64
"""The hash before the first transaction."""


class Policy(Base):
    """One promise to one charity: how much, for what, under which signed agreement, from when to when.

    Once the ledger has used it, only its end may still be written, and once: another amount is another row.
    """

    __tablename__ = "policy"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive"),
        one_of("basis", ("unit", "order")),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("pay_within_days > 0", name="pay_within_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    charity_name: Mapped[str]
    charity_description: Mapped[str]
    """What it is, to follow its name: 'a perinatal mental-health charity'."""
    charity_number: Mapped[str | None]
    """As the Charity Commission's register has it; empty until somebody has looked it up there."""
    charity_url: Mapped[str]
    amount_pence: Mapped[int]
    basis: Mapped[str]
    agreement_reference: Mapped[str | None]
    agreement_signed_on: Mapped[date | None] = mapped_column(LedgerDay)
    starts_on: Mapped[date] = mapped_column(LedgerDay)
    ends_on: Mapped[date | None] = mapped_column(LedgerDay)
    """The last day of the promise."""
    pay_within_days: Mapped[int] = mapped_column(default=28)
    """28 days unless the agreement says otherwise (SI 1994/3024, regulation 6)."""
    statement_version: Mapped[int] = mapped_column(default=2)


class Agreement(Base):
    """How a policy was written down: by whom, when, and what they had before them."""

    __tablename__ = "agreement"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    entered_at: Mapped[datetime] = mapped_column(LedgerMoment)
    entered_by: Mapped[str]
    number_looked_up_on: Mapped[date | None] = mapped_column(LedgerDay)
    """The day on which somebody read the charity's number in the register."""
    clauses: Mapped[str]
    """What they saw that it says: keys of `agreements.CLAUSES`, with spaces between."""
    ended_at: Mapped[datetime | None] = mapped_column(LedgerMoment)
    ended_by: Mapped[str | None]


class GivingDocument(Base):
    """A file that belongs to an agreement or to a payment. Written once; another row takes one back."""

    __tablename__ = "giving_document"
    __table_args__ = (
        CheckConstraint("(policy_id IS NULL) <> (payment_seq IS NULL)", name="about_one"),
        CheckConstraint("(content IS NULL) = (takes_back IS NOT NULL)", name="file_or_taken_back"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"), index=True)
    payment_seq: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.seq"), index=True)
    media_type: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    sha256: Mapped[str]
    """Of the content, in hex."""
    note: Mapped[str]
    """What it is, in a few words; why, where it takes another back."""
    takes_back: Mapped[int | None] = mapped_column(ForeignKey("giving_document.id"), unique=True)
    added_at: Mapped[datetime] = mapped_column(LedgerMoment)
    added_by: Mapped[str]


class ShownStatement(Base):
    """What the site said of giving from some moment on, in one book, word for word; empty when nothing."""

    __tablename__ = "shown_statement"
    __table_args__ = (one_of("book", ("live", "test")), Index(None, "book", "since"))

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[str]
    since: Mapped[datetime] = mapped_column(LedgerMoment)
    """When it was seen first; until the next row's."""
    policy_id: Mapped[int | None]
    """Whose promise it was; the policy may be gone if nobody bought anything under it."""
    text: Mapped[str] = mapped_column(Text)


class RemittanceReminder(Base):
    """That finance and owners were told of what is due to a charity."""

    __tablename__ = "remittance_reminder"
    __table_args__ = (one_of("kind", ("before", "after")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    charity_name: Mapped[str]
    kind: Mapped[str]
    """A value of `reminders.When`."""
    due_on: Mapped[date]
    """By which day the first of it was due."""
    pence: Mapped[int]
    """What was owed then."""
    told_at: Mapped[datetime]


class LedgerAccount(Base):
    __tablename__ = "ledger_account"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class LedgerHead(Base):
    """One row: the last transaction. Whoever posts locks it, so transactions stand in one line."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_seq: Mapped[int]
    last_hash: Mapped[str]


class LedgerPeriod(Base):
    """A month of bookings. Closing it writes its last four columns, once."""

    __tablename__ = "ledger_period"
    __table_args__ = (
        CheckConstraint("length(name) = 7", name="name_is_a_month"),
        CheckConstraint(
            "(closed_at IS NULL AND closed_by IS NULL AND last_seq IS NULL"
            " AND last_hash IS NULL AND statement_sha256 IS NULL)"
            " OR (closed_at IS NOT NULL AND closed_by IS NOT NULL AND last_seq IS NOT NULL"
            " AND last_hash IS NOT NULL AND statement_sha256 IS NOT NULL)",
            name="closed_whole",
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    """The month, as in '2026-11': text that sorts by time."""
    closed_at: Mapped[datetime | None] = mapped_column(LedgerMoment)
    closed_by: Mapped[str | None]
    last_seq: Mapped[int | None]
    """The last transaction booked in this period or an earlier one; 0 when there was none."""
    last_hash: Mapped[str | None]
    statement_sha256: Mapped[str | None]


class LedgerTxn(Base):
    """One thing that happened to one unit of one order. Written once, never changed; undone by another."""

    __tablename__ = "ledger_txn"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq_positive"),
        one_of("book", ("live", "test")),
        one_of(
            "kind", ("accrue", "reverse", "dispute_opened", "dispute_won", "dispute_lost", "close", "remit")
        ),
        CheckConstraint(
            "kind IN ('close', 'remit') OR (order_reference IS NOT NULL AND unit IS NOT NULL"
            " AND sku IS NOT NULL AND policy_id IS NOT NULL AND policy_digest IS NOT NULL)",
            name="unit_named",
        ),
        CheckConstraint(
            "(kind IN ('reverse', 'dispute_lost')) = (reverses_seq IS NOT NULL)",
            name="reversal_names_accrual",
        ),
        Index(None, "order_reference", "unit"),
        Index("ix_ledger_txn_listed", "book", "period", "seq"),
        Index(None, "period"),
        Index(None, "policy_id"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    request_hash: Mapped[str]
    book: Mapped[str]
    kind: Mapped[str]
    order_reference: Mapped[str | None]
    unit: Mapped[int | None]
    """The order line's number; 0 when the policy's basis is the order."""
    sku: Mapped[str | None]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    policy_digest: Mapped[str | None]
    """Seals what the policy said: changing the policy's row breaks the ledger's chain."""
    reverses_seq: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.seq"), unique=True)
    period: Mapped[str] = mapped_column(ForeignKey("ledger_period.name"))
    event_at: Mapped[datetime] = mapped_column(LedgerMoment)
    booked_at: Mapped[datetime] = mapped_column(LedgerMoment)
    actor: Mapped[str]
    cause: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    canonical: Mapped[str] = mapped_column(Text)


class LedgerEntry(Base):
    """One line of a transaction: what is owed or paid to the charity is negative, its cost positive."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_pence <> 0", name="not_zero"),
        CheckConstraint("currency = 'gbp'", name="sterling"),
        CheckConstraint("line > 0", name="line_positive"),
        Index("ix_ledger_entry_account", "account", "txn_seq"),
    )

    txn_seq: Mapped[int] = mapped_column(ForeignKey("ledger_txn.seq"), primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(ForeignKey("ledger_account.key"))
    amount_pence: Mapped[int]
    currency: Mapped[str]


class LedgerSum(Base):
    """What the entries of one account come to, by what they are asked for; the database adds them up.

    So a page reads a few rows however long the ledger is. `verify` holds them against the entries.
    """

    __tablename__ = "ledger_sum"

    book: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0 for what rests on no policy."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    pence: Mapped[int] = mapped_column(BigInteger)
