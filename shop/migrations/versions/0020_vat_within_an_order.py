"""The VAT within an order's total"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("order", sa.Column("vat_pence", sa.Integer(), nullable=True))
