"""A blind index of the buyer's e-mail, so that the buyer can have the link to their order sent again"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("order_key", sa.Column("contact_index", sa.String(), nullable=True))
    op.create_index(op.f("ix_order_key_contact_index"), "order_key", ["contact_index"], unique=False)
