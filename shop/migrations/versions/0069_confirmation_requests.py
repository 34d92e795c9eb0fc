"""The charity is e-mailed once of each payment that waits for its confirmation"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    op.create_table(
        "confirmation_request",
        sa.Column("payment_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_seq"], ["ledger_txn.seq"], name=op.f("fk_confirmation_request_payment_seq")
        ),
        sa.PrimaryKeyConstraint("payment_seq", name=op.f("pk_confirmation_request")),
    )
