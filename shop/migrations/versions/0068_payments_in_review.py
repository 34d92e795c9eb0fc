"""Payments that were not what was asked for are found by themselves"""

from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_payment_entry_unexplained ON payment_entry (order_id) WHERE kind = 'unexplained'"
    )
