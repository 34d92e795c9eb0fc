"""Artwork from a photograph: on which unit there is some, and that the owner accepted it"""

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import widen

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    op.add_column("order_line", sa.Column("artwork", sa.Boolean(), nullable=True))
    widen("hand_drawing_step", "kind", ("sent", "approved", "accepted", "change asked", "words changed"))
