"""What becomes of a piece whose price went back: in the drawer again, scrap, or not coming back"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

FATES = ("back in the drawer", "scrap", "not coming back")


def upgrade() -> None:
    op.create_table(
        "unit_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("refund_step_id", sa.Integer(), nullable=True),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            f"fate IN ({', '.join(repr(fate) for fate in FATES)})", name=op.f("ck_unit_return_fate_known")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_unit_return_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_step_id"], ["unit_step.id"], name=op.f("fk_unit_return_refund_step_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_return")),
        sa.UniqueConstraint("refund_step_id", "fate", name=op.f("uq_unit_return_refund_step_id_fate")),
    )
    op.create_index(op.f("ix_unit_return_order_line_id"), "unit_return", ["order_line_id"])
