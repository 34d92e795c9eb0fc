"""Running sums of the ledger, and an index for each list and sweep: no page reads every row there is"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

SQLITE = "CREATE TRIGGER ledger_entry_adds_up AFTER INSERT ON ledger_entry FOR EACH ROW BEGIN INSERT INTO ledger_sum (book, period, policy_id, kind, account, pence) SELECT book, period, COALESCE(policy_id, 0), kind, NEW.account, NEW.amount_pence FROM ledger_txn WHERE seq = NEW.txn_seq ON CONFLICT (book, period, policy_id, kind, account) DO UPDATE SET pence = ledger_sum.pence + excluded.pence; END"

POSTGRESQL = """
CREATE OR REPLACE FUNCTION ledger_entry_adds_up() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN INSERT INTO ledger_sum (book, period, policy_id, kind, account, pence) SELECT book, period, COALESCE(policy_id, 0), kind, NEW.account, NEW.amount_pence FROM ledger_txn WHERE seq = NEW.txn_seq ON CONFLICT (book, period, policy_id, kind, account) DO UPDATE SET pence = ledger_sum.pence + excluded.pence; RETURN NULL; END$guard$;
CREATE TRIGGER ledger_entry_adds_up AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_adds_up();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_adds_up
"""


def upgrade() -> None:
    op.create_table(
        "ledger_sum",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("book", "period", "policy_id", "kind", "account", name=op.f("pk_ledger_sum")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE"
        )  # nobody posts between sum and trigger
    op.execute(
        "INSERT INTO ledger_sum (book, period, policy_id, kind, account, pence)"
        " SELECT book, period, COALESCE(policy_id, 0), kind, account, sum(amount_pence)"
        " FROM ledger_txn JOIN ledger_entry ON txn_seq = seq"
        " GROUP BY book, period, COALESCE(policy_id, 0), kind, account"
    )
    op.execute(sa.text(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL))
    _indexes()


def _indexes() -> None:
    op.drop_index("ix_ledger_txn_event_at", "ledger_txn")
    op.create_index("ix_ledger_txn_listed", "ledger_txn", ["book", "event_at", "seq"])
    op.drop_index("ix_ledger_entry_account", "ledger_entry")
    op.create_index("ix_ledger_entry_account", "ledger_entry", ["account", "txn_seq"])
    op.create_index("ix_order_placed_at", "order", ["placed_at", "id"])
    op.create_index("ix_refund_request_state", "refund_request", ["state"])
    waiting = sa.text("sent_at IS NULL AND dropped IS NULL")
    op.drop_index("ix_letter_due", "letter")
    op.create_index(
        "ix_letter_due", "letter", ["due_at", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
