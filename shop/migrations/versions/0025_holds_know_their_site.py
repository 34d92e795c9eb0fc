"""A hold knows the larger network of IPv6 too, so that nobody who holds one has as many shares as addresses"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("hold", sa.Column("site", sa.String(length=64), nullable=True))
    known = sa.text("site IS NOT NULL")
    op.create_index(
        "ix_hold_site", "hold", ["site"], unique=False, sqlite_where=known, postgresql_where=known
    )
