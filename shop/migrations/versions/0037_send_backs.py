"""Notices that a piece without words is sent back, and its arrival"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "send_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_by", sa.String(), nullable=True),
        sa.Column("arrived_as", sa.String(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(arrived_at IS NULL) = (arrived_by IS NULL)", name=op.f("ck_send_back_arrived_by_somebody")
        ),
        sa.CheckConstraint(
            "arrived_at IS NULL OR kept_at IS NULL", name=op.f("ck_send_back_arrived_or_kept")
        ),
        sa.CheckConstraint(
            "arrived_as IN ('back in the drawer', 'scrap', 'not coming back')",
            name=op.f("ck_send_back_arrived_as_known"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_send_back_order_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_send_back_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_back")),
    )
    op.create_index(op.f("ix_send_back_order_id"), "send_back", ["order_id"])
    op.execute("CREATE UNIQUE INDEX ix_send_back_unit ON send_back (order_line_id) WHERE kept_at IS NULL")
