"""A parcel that did not arrive: it came back to us, or is lost on the way. It travels at our risk.

Consumer Rights Act 2015, section 29: until a piece is in its buyer's hands, it is the trader's to answer for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment import units
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Hold, Remake, Stage, Undelivered
from shop.fulfilment.units import SLIP, NotAllowed, note, steps_of, units_of, workable
from shop.mail import outbox
from shop.orders.lifecycle import lines_of, lock

CAME_BACK: Final = "came-back"
LOST: Final = "lost"
NOTHING: Final = "Nothing of that parcel is on its way."

ON_THE_WAY: Final = frozenset({Stage.POSTED, Stage.DELIVERED})
"""It may have been taken as delivered before it came back."""


@frozen
class Undone:
    """A unit whose parcel did not arrive, and that was not posted again."""

    number: int
    piece: str
    why: str
    at: datetime


def in_parcel(session: Session, order_id: int, parcel_id: int) -> Sequence[int]:
    """The numbers of the units that left in a parcel and have not been seen since."""
    standing, steps = units_of(session, order_id), steps_of(session, order_id)
    return sorted(
        number
        for number, unit in standing.items()
        if unit.stage in ON_THE_WAY and _last(steps.get(number, ()), Action.POST, parcel_id)
    )


def come_back(
    session: Session, order_id: int, parcel_id: int, why: Undelivered, *, actor: str
) -> Sequence[int]:
    """A parcel is here again: its units are packed, and rest until the buyer says where to. NotAllowed."""
    lock(session, order_id)
    numbers = _some(session, order_id, parcel_id)
    for number in numbers:
        _, unit = workable(session, order_id, number)
        note(session, unit, Action.COME_BACK, Stage.PACKED, actor=actor, reason=why)
        unit.held = Hold.QUESTION
    _tell(session, order_id, CAME_BACK, parcel_id)
    return numbers


def lose(
    session: Session, order_id: int, parcel_id: int, *, cost_pence: int | None, actor: str
) -> Sequence[int]:
    """A parcel is lost: what was in it is made again, at our cost (for each unit). NotAllowed."""
    lock(session, order_id)
    numbers = _some(session, order_id, parcel_id)
    for number in numbers:
        why, cost = Remake.LOST, cost_pence
        units.act(session, order_id, number, Action.REMAKE, actor=actor, reason=why, cost_pence=cost)
    _tell(session, order_id, LOST, parcel_id)
    return numbers


def not_arrived(session: Session, order_id: int) -> Sequence[Undone]:
    """The units of an order that came back or are lost, and did not leave again."""
    standing, steps = units_of(session, order_id), steps_of(session, order_id)
    found = []
    for line in lines_of(session, order_id):
        unit, last = standing.get(line.number), _mishap(steps.get(line.number, ()))
        if unit and last and unit.stage not in {*ON_THE_WAY, Stage.REFUNDED}:
            found.append(Undone(line.number, line.piece_name, last.reason or "", last.at))
    return found


def _some(session: Session, order_id: int, parcel_id: int) -> Sequence[int]:
    numbers = in_parcel(session, order_id, parcel_id)
    if not numbers:
        raise NotAllowed(NOTHING)
    return numbers


def _tell(session: Session, order_id: int, kind: str, parcel_id: int) -> None:
    """The buyer hears of it once it can no longer be a slip."""
    outbox.put(session, kind=kind, order_id=order_id, dedupe_key=f"{kind}-{parcel_id}", after=SLIP)


def _last(steps: Sequence[UnitStep], action: Action, parcel_id: int) -> bool:
    """Whether the last of these steps that stands was with this parcel."""
    standing = [step for step in _standing(steps) if step.action == action]
    return bool(standing) and standing[-1].parcel_id == parcel_id


def _mishap(steps: Sequence[UnitStep]) -> UnitStep | None:
    """The last step by which a unit was found not to have arrived, unless it was posted after it."""
    for step in reversed(_standing(steps)):
        if step.action == Action.POST:
            return None
        if step.action == Action.COME_BACK or step.reason == Remake.LOST:
            return step
    return None


def _standing(steps: Sequence[UnitStep]) -> Sequence[UnitStep]:
    undone = {step.undoes_id for step in steps}
    return [step for step in steps if step.id not in undone and step.action != Action.UNDO]
