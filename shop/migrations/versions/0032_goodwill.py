"""Goodwill within a refund, and why it was given"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

GOODWILL = ("it came late", "something was not right", "another price was promised", "out of kindness")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE refund_request ADD COLUMN goodwill VARCHAR "
        f"CONSTRAINT ck_refund_request_goodwill_known CHECK (goodwill IN {GOODWILL!r})"
    )
    op.add_column("refund_request", sa.Column("goodwill_pence", sa.Integer(), nullable=True))
