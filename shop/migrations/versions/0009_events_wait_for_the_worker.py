"""Events are kept when they arrive, and the worker acts on them; those kept before were acted on already"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in ("object_id", "payment_intent"):
        op.add_column("inbox_event", sa.Column(column, sa.String(), nullable=True))
    for column in ("due_at", "done_at"):
        op.add_column("inbox_event", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbox_event", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE inbox_event SET done_at = received_at")
    waiting = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_inbox_event_waiting", "inbox_event", ["due_at"], sqlite_where=waiting, postgresql_where=waiting
    )
