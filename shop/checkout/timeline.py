"""An order's stages as the buyer sees them."""

from shop.orders.lifecycle import State
from shop.orders.view import OrderView
from shop.web.dates import day

STAGES = ("Received", "Words checked", "Engraving", "Posted", "Delivered")
"""The bench moves an order along these; until then an order that is paid for is 'Received'."""

ENDED = {
    State.EXPIRED: "Not paid: nothing was charged",
    State.FAILED: "The payment did not go through: nothing was charged",
    State.REFUNDED: "Refunded in full",
    State.DISPUTE_LOST: "Returned by the bank",
}


def steps(order: OrderView) -> list[tuple[str, str | None, str]]:
    """(label, when, 'done' | 'now' | 'ahead') for the timeline."""
    placed = ("Placed", day(order.row.placed_at), "done")
    if order.state in ENDED:
        return [placed, (ENDED[order.state], None, "now")]
    if order.paid_at is None:
        return [
            placed,
            ("Confirming the payment", None, "now"),
            *((stage, None, "ahead") for stage in STAGES),
        ]
    received, *rest = STAGES
    return [placed, (received, day(order.paid_at), "now"), *((stage, None, "ahead") for stage in rest)]
