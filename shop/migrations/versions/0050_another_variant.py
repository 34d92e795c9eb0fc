"""A unit's metal or chain length can be changed"""

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import widen

revision = "0050"
down_revision = "0049"

ACTIONS = (
    "checked", "engraving begun", "engraved", "inspected", "packed", "posted", "delivered", "came back",
    "put on hold", "off hold", "to be made again", "refunded", "refund came back", "words corrected",
    "metal or chain changed", "undone",
)  # fmt: skip
EVENTS = (
    "placed", "payment opened again", "payment page refused", "amount differs", "accepted as paid",
    "sold out while paying", "paid twice", "refund asked", "refund asked again", "refund refused",
    "refund failed", "refund not needed", "refund withdrawn", "returned by other means", "put on the wall",
    "left off the wall", "taken off the wall", "metal or chain changed", "erased", "something else",
    "awaiting payment", "processing", "paid", "part refunded", "refunded", "expired", "failed", "review",
    "disputed", "dispute lost",
)  # fmt: skip


def upgrade() -> None:
    widen("correction", "subject", ("words", "dedication", "delivery", "metal or chain"))
    widen("unit_step", "action", ACTIONS)
    widen("order_event", "kind", EVENTS)
    widen("refund_request", "reason", ("owner", "unfillable", "surplus", "unexplained", "exchange"))
    op.add_column("order_line", sa.Column("gift_sku", sa.String(), nullable=True))
