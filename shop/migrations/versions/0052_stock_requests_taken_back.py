"""Who waits for a sold-out variant is sent a link that takes it back"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.add_column("stock_request", sa.Column("link_hash", sa.String(length=64), nullable=True))
    op.add_column("stock_request", sa.Column("receipt_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_stock_request_link_hash"), "stock_request", ["link_hash"], unique=True)
