"""Alerts are e-mailed to the owners, and few pieces left are one"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """What was open before stands on the alerts page alone: nobody wants old news by e-mail."""
    moment = sa.DateTime(timezone=True)
    op.add_column("alert", sa.Column("told_at", moment, nullable=True))
    op.add_column("alert", sa.Column("telling_until", moment, nullable=True))
    op.execute("UPDATE alert SET told_at = raised_at")
    op.add_column("stock_level", sa.Column("low_at", sa.Integer(), nullable=True))
    op.add_column(
        "stock_level", sa.Column("low_told", sa.Boolean(), nullable=False, server_default=sa.false())
    )
