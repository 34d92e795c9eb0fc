"""An order's stages as the buyer sees them: what has been done, and what is still to come."""

from collections.abc import Sequence
from typing import Final

from shop.fulfilment.progress import Milestone
from shop.fulfilment.stages import Stage
from shop.orders.lifecycle import State
from shop.orders.view import OrderView
from shop.web.dates import day

ENDED: Final = {
    State.EXPIRED: "Not paid: nothing was charged",
    State.FAILED: "The payment did not go through: nothing was charged",
    State.REFUNDED: "Refunded in full",
    State.DISPUTE_LOST: "Returned by the bank",
}

LABELS: Final = {
    Stage.CHECKED: "Words checked",
    Stage.ENGRAVING: "Engraving",
    Stage.PACKED: "Packed",
    Stage.POSTED: "Posted",
    Stage.DELIVERED: "Delivered",
}

TAKEN_AS_DELIVERED: Final = "Delivered, as far as we know"

Step = tuple[str, str | None, str]
"""Label, when, and 'done', 'now' or 'ahead'."""


def steps(order: OrderView, milestones: Sequence[Milestone]) -> list[Step]:
    """The timeline of an order."""
    placed: Step = ("Placed", day(order.row.placed_at), "done")
    if order.state in ENDED:
        return [placed, (ENDED[order.state], None, "now")]
    if order.paid_at is None:
        return [placed, ("Confirming the payment", None, "now")]
    begun: list[Step] = [placed, ("Paid", day(order.paid_at), "done")]
    begun += [(_label(one), day(one.at) if one.at else None, "done") for one in milestones if one.reached]
    label, when, _ = begun.pop()
    ahead: list[Step] = [(LABELS[one.stage], None, "ahead") for one in milestones if not one.reached]
    return [*begun, (label, when, "now"), *ahead]


def _label(milestone: Milestone) -> str:
    label = TAKEN_AS_DELIVERED if milestone.assumed else LABELS[milestone.stage]
    if milestone.at is not None:
        return label
    return f"{label}: {milestone.reached} of {milestone.units} pieces"
