"""Who opened a dedication to print its card, and when"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "card_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_card_opening_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_opening")),
    )
    op.create_index(op.f("ix_card_opening_order_line_id"), "card_opening", ["order_line_id"])
