"""Postings are listed by the month and the order in which they were booked"""

from alembic import op

revision = "0054"
down_revision = "0052"


def upgrade() -> None:
    op.drop_index("ix_ledger_txn_listed", "ledger_txn")
    op.create_index("ix_ledger_txn_listed", "ledger_txn", ["book", "period", "seq"])
