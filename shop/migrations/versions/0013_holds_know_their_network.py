"""A hold knows for a short time which network it was placed for, so that nobody can hold everything"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("hold", sa.Column("network", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_hold_network",
        "hold",
        ["network"],
        unique=False,
        sqlite_where=sa.text("network IS NOT NULL"),
        postgresql_where=sa.text("network IS NOT NULL"),
    )
