"""Finance and owners are told when a payment to the charity is due"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.create_table(
        "remittance_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("charity_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('before', 'after')", name=op.f("ck_remittance_reminder_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_reminder")),
    )
    op.add_column(
        "owner_email", sa.Column("for_finance", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
