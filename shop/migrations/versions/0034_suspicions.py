"""Early fraud warnings and reviews of payments, each heard of once and closed once"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "suspicion",
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_as", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('warning', 'review')", name=op.f("ck_suspicion_kind_known")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_suspicion_order_id")),
        sa.PrimaryKeyConstraint("stripe_id", name=op.f("pk_suspicion")),
    )
    op.create_index(op.f("ix_suspicion_order_id"), "suspicion", ["order_id"])
