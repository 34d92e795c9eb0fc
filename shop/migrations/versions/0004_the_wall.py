"""Dedications that their writers chose to share"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "wall_entry",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'shown', 'left out', 'withdrawn')", name=op.f("ck_wall_entry_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'shown' AND words IS NOT NULL AND name IS NOT NULL AND shown_at IS NOT NULL)"
            " OR (state <> 'shown' AND words IS NULL AND name IS NULL AND shown_at IS NULL)",
            name=op.f("ck_wall_entry_words_only_while_shown"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_wall_entry_order_id")),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_wall_entry")),
    )
    op.create_index(op.f("ix_wall_entry_state"), "wall_entry", ["state"], unique=False)
    op.create_index(op.f("ix_wall_entry_shown_at"), "wall_entry", ["shown_at"], unique=False)
