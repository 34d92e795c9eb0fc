"""Where the units of invented orders stand: most were posted long ago, the newest are at the bench."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from shop.catalogue.postage import CHEAPEST
from shop.demo.rows import MINUTE, Chosen, Rows
from shop.demo.story import Fate, Told
from shop.fulfilment.models import Parcel, Unit, UnitStep
from shop.fulfilment.stages import Action, Stage, after, next_action

OWNER: Final = "demo"
STRIPE: Final = "stripe"

TAKES: Final = timedelta(days=4)
"""From payment to posting, at most."""

AT_THE_BENCH: Final = 60
"""So many of the newest orders are still being made, or wait for their payment."""


def units(rows: Rows, order: Told, chosen: Sequence[Chosen], first_line: int, *, posted: bool) -> None:
    """Each unit's stage, with the steps of those that are under way; those long gone have the last alone."""
    paid_at = order.placed_at + MINUTE
    posted_at = min(paid_at + TAKES, max(order.later_at, paid_at))
    gone = posted and order.fate is not Fate.REFUNDED
    if gone:
        rows.put(
            Parcel, id=order.number, order_id=order.number, service=CHEAPEST.slug, tracking=None,
            posted_at=posted_at,
        )  # fmt: skip
    for number, unit in enumerate(chosen, start=1):
        line, words = first_line + number - 1, unit.words is not None
        back = order.fate is Fate.REFUNDED or (order.fate is Fate.PART_REFUNDED and number == 1)
        stage = (
            Stage.REFUNDED if back else Stage.POSTED if gone else _under_way(rows, order, line, words=words)
        )
        rows.put(
            Unit, order_line_id=line, order_id=order.number, stage=stage, held=None, making=1, wording=1,
            paid_at=paid_at,
        )  # fmt: skip
        if back:
            _step(rows, line, Action.REFUND, Stage.TO_CHECK, stage, at=order.later_at, actor=STRIPE)
        elif gone:
            _step(rows, line, Action.POST, Stage.PACKED, stage, at=posted_at, parcel=order.number)


def _under_way(rows: Rows, order: Told, line: int, *, words: bool) -> Stage:
    """As far as chance has it."""
    stage, at = Stage.TO_CHECK, order.placed_at + MINUTE
    for _ in range(line % 5):
        action = next_action(stage, words=words)
        found = after(stage, action, words=words) if action else None
        if action is None or found is None or found is Stage.POSTED:
            break
        at += MINUTE
        _step(rows, line, action, stage, found, at=at)
        stage = found
    return stage


def _step(
    rows: Rows,
    line: int,
    action: Action,
    came_from: Stage,
    came_to: Stage,
    *,
    at: datetime,
    actor: str = OWNER,
    parcel: int | None = None,
) -> None:
    rows.put(
        UnitStep, order_line_id=line, action=action, came_from=came_from, came_to=came_to, reason=None,
        undoes_id=None, parcel_id=parcel, at=at, actor=actor,
    )  # fmt: skip
