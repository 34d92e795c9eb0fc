"""Drawings by hand of words that no face can set"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("order_line", sa.Column("by_hand", sa.Boolean(), nullable=True))
    op.create_table(
        "hand_drawing_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sent', 'approved', 'change asked')", name=op.f("ck_hand_drawing_step_kind_known")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_hand_drawing_step_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_drawing_step")),
    )
    op.create_index(op.f("ix_hand_drawing_step_order_id"), "hand_drawing_step", ["order_id"])
