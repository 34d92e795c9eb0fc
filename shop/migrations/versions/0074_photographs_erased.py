"""An order's history says that its photographs were erased because somebody asked"""

from shop.migrations.checks import widen

revision = "0074"
down_revision = "0073"

EVENTS = (
    "placed", "payment opened again", "payment page refused", "amount differs", "accepted as paid",
    "sold out while paying", "paid twice", "refund asked", "refund asked again", "refund refused",
    "refund failed", "refund not needed", "refund withdrawn", "returned by other means", "put on the wall",
    "left off the wall", "taken off the wall", "metal or chain changed", "supplement asked",
    "supplement paid", "supplement goes back", "supplement not paid", "erased", "photographs erased",
    "something else", "awaiting payment", "processing", "paid", "part refunded", "refunded", "expired",
    "failed", "review", "disputed", "dispute lost",
)  # fmt: skip


def upgrade() -> None:
    widen("order_event", "kind", EVENTS)
