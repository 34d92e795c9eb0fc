"""The look at each finished piece before it is posted, and whether it is asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    op.add_column(
        "bench_profile", sa.Column("look_first", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "finished_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("aid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('as approved', 'posted without a look')", name=op.f("ck_finished_look_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_finished_look_order_line_id")
        ),
        sa.ForeignKeyConstraint(["step_id"], ["unit_step.id"], name=op.f("fk_finished_look_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finished_look")),
    )
    op.create_index(op.f("ix_finished_look_order_line_id"), "finished_look", ["order_line_id"])
