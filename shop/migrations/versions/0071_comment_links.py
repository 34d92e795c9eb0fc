"""Whoever leaves an address with a comment is sent the link by which it is taken back"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    op.add_column("comment", sa.Column("link_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comment", sa.Column("link_tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_comment_link_due_at"), "comment", ["link_due_at"])
