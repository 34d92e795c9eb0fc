"""Who is to be told when a variant can be had again"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.create_table(
        "stock_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_request_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_request")),
        sa.UniqueConstraint("key_id", name=op.f("uq_stock_request_key_id")),
    )
    op.create_index(op.f("ix_stock_request_variant_id"), "stock_request", ["variant_id"])
