"""Whether an order is a gift, beside it: the worker reads it once of those there are"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("order", sa.Column("is_gift", sa.Boolean(), nullable=True))
