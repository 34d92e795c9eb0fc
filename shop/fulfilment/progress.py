"""How far an order has come, from what was really done to its units: nothing that nobody writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Seen, Stage
from shop.fulfilment.units import steps_of, units_of
from shop.orders.models import OrderLine

FOR_WORDS: Final = frozenset({Stage.CHECKED, Stage.ENGRAVING})
"""Milestones of units with words alone."""

MILESTONES: Final = (Stage.CHECKED, Stage.ENGRAVING, Stage.PACKED, Stage.POSTED)
"""What every unit goes through. Being delivered is told when it is known, not before."""


ANEW: Final = frozenset({Action.REMAKE, Action.CORRECT, Action.EXCHANGE})
"""After these a unit has reached nothing yet."""


@frozen
class Milestone:
    """A stage of an order: how many of its units have reached it, and when the last of them did."""

    stage: Stage
    reached: int
    units: int
    at: datetime | None
    """None until all have reached it."""
    assumed: bool = False
    """Whether nobody said so: see `delivery`."""


def milestones(session: Session, lines: Sequence[OrderLine]) -> list[Milestone]:
    """The milestones of an order that was paid for, in their order; none when none of it is to be sent."""
    order_id = lines[0].order_id
    units, steps = units_of(session, order_id), steps_of(session, order_id)
    kept = [line for line in lines if line.number in units and not units[line.number].is_gone]
    reached = {line.number: times(steps.get(line.number, ())) for line in kept}
    found = []
    for stage in (*MILESTONES, Stage.DELIVERED):
        asked = [line.number for line in kept if line.engraved or stage not in FOR_WORDS]
        when = [reached[number][stage] for number in asked if stage in reached[number]]
        if asked and (when or stage is not Stage.DELIVERED):
            done = max(when) if len(when) == len(asked) else None
            assumed = stage is Stage.DELIVERED and any(_is_assumed(steps.get(n, ())) for n in asked)
            found.append(Milestone(stage, len(when), len(asked), done, assumed))
    return found


def _is_assumed(steps: Sequence[UnitStep]) -> bool:
    """Whether the last that is known of a unit is that it was taken as delivered."""
    return bool(steps) and steps[-1].reason == Seen.ASSUMED


def times(steps: Sequence[UnitStep]) -> Mapping[Stage, datetime]:
    """When a unit reached each stage it has been through in this making; what was taken back never was."""
    undone = {step.undoes_id for step in steps}
    found: dict[Stage, datetime] = {}
    for step in steps:
        if step.id in undone or step.action == Action.UNDO:
            continue
        if step.action in ANEW:
            found.clear()
        elif step.action == Action.COME_BACK:
            for stage in (Stage.POSTED, Stage.DELIVERED):
                found.pop(stage, None)
        elif step.came_to not in {step.came_from, Stage.REFUNDED}:
            found.setdefault(Stage(step.came_to), step.at)
    return found
