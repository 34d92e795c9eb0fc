"""A basket's line knows the order made of it, so that paying takes exactly what was agreed out of the basket"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "basket",
        sa.Column("page_left_open", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "basket_line",
        sa.Column("order_id", sa.Integer(), sa.ForeignKey("order.id"), nullable=True),
        inline_references=True,
    )
    # Until now an order took its whole basket along.
    op.execute(
        "UPDATE basket_line SET order_id ="
        " (SELECT basket.order_id FROM basket WHERE basket.id = basket_line.basket_id)"
    )
