"""What moved at Stripe, row by row, and how far it has been read"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _reading()
    _payout()
    _balance_transaction()
    op.create_index("ix_payment_entry_booked_at", "payment_entry", ["booked_at"])


def _reading() -> None:
    op.create_table(
        "movement_reading",
        *_whose("movement_reading"),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("whole_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('idle', 'payouts', 'movements', 'members', 'missing')",
            name=op.f("ck_movement_reading_stage_known"),
        ),
        sa.PrimaryKeyConstraint("mode", "book", name=op.f("pk_movement_reading")),
    )


def _payout() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.String(), nullable=False),
        *_whose("payout"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("balance_transaction", sa.String(), nullable=True),
        sa.Column("failure_code", sa.String(), nullable=True),
        sa.Column("failure_balance_transaction", sa.String(), nullable=True),
        sa.Column("reconciliation_status", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=True),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("members_read_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index("ix_payout_created", "payout", ["mode", "book", "created"])


def _balance_transaction() -> None:
    op.create_table(
        "balance_transaction",
        sa.Column("id", sa.String(), nullable=False),
        *_whose("balance_transaction"),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("reporting_category", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("available_on", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("payout_id", sa.String(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "about IN ('payment', 'unexplained', 'surplus', 'supplement', 'refund', 'dispute')",
            name=op.f("ck_balance_transaction_about_known"),
        ),
        sa.CheckConstraint(
            "(order_id IS NULL) = (about IS NULL)", name=op.f("ck_balance_transaction_about_an_order")
        ),
        sa.CheckConstraint("net = amount - fee", name=op.f("ck_balance_transaction_adds_up")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_balance_transaction_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_transaction")),
    )
    for column in ("order_id", "payout_id", "source"):
        op.create_index(op.f(f"ix_balance_transaction_{column}"), "balance_transaction", [column])
    op.create_index("ix_balance_transaction_created", "balance_transaction", ["mode", "book", "created"])
    op.create_index("ix_balance_transaction_period", "balance_transaction", ["mode", "book", "period"])
    for name, column, where in (
        ("unmatched", "source", "order_id IS NULL"),
        ("pending", "created", "status = 'pending'"),
    ):
        op.execute(
            f"CREATE INDEX ix_balance_transaction_{name} ON balance_transaction ({column}) WHERE {where}"
        )


def _whose(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("book", sa.String(length=4), nullable=False),
        sa.CheckConstraint("mode IN ('stand-in', 'stripe')", name=op.f(f"ck_{table}_mode_known")),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f(f"ck_{table}_book_known")),
    ]
