"""Payouts at the bank, and what the books of a complete month came to"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

MOMENT = sa.DateTime(timezone=True)
ACCOUNTS = (
    "stripe", "clearing", "transit", "bank", "vat", "to go back", "gifts owed", "gifts held", "sales",
    "postage", "refunds", "disputes", "stripe fees", "dispute fees", "gifts",
)  # fmt: skip


def upgrade() -> None:
    _payout_arrival()
    _month_sum()


def _payout_arrival() -> None:
    op.create_table(
        "payout_arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.String(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("booked_at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_payout_arrival_undone_by_somebody")
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_arrival_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_arrival")),
    )
    op.create_index(op.f("ix_payout_arrival_payout_id"), "payout_arrival", ["payout_id"])
    op.execute(
        "CREATE UNIQUE INDEX ix_payout_arrival_stands ON payout_arrival (payout_id) WHERE undone_at IS NULL"
    )


def _month_sum() -> None:
    known = ", ".join(f"'{account}'" for account in ACCOUNTS)
    op.create_table(
        "month_sum",
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("book", sa.String(length=4), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("plus_pence", sa.BigInteger(), nullable=False),
        sa.Column("minus_pence", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"account IN ({known})", name=op.f("ck_month_sum_account_known")),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_month_sum_book_known")),
        sa.CheckConstraint("mode IN ('stand-in', 'stripe')", name=op.f("ck_month_sum_mode_known")),
        sa.PrimaryKeyConstraint("mode", "book", "period", "account", name=op.f("pk_month_sum")),
    )
