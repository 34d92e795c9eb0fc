"""A database of invented orders says so"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "demo_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_mark")),
    )
