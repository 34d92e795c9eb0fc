"""A digest of the outlines that are cut, beside the drawing's; older lines have none"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("order_line", sa.Column("cut_digest", sa.String(), nullable=True))
