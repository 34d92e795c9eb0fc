"""All units of an order rest together, and go on together, for what is not about their making."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import TO_MAKE, Action, Hold, Stage
from shop.fulfilment.units import note, units_of


def hold_all(session: Session, order_id: int, why: Hold, *, actor: str) -> None:
    """Let all units of a locked order rest that are still to be made, whatever they rest for already."""
    for unit in units_of(session, order_id).values():
        if unit.stage in TO_MAKE and unit.held != why:
            unit.held = why
            note(session, unit, Action.HOLD, Stage(unit.stage), actor=actor, reason=why)


def resume_all(session: Session, order_id: int, why: Hold, *, actor: str) -> None:
    """Go on with those units of a locked order that rest for this; what they rested for before goes on."""
    for unit in units_of(session, order_id).values():
        if unit.held == why:
            note(session, unit, Action.RESUME, Stage(unit.stage), actor=actor, reason=why)
            session.flush()
            unit.held = _still(session, unit)


def _still(session: Session, unit: Unit) -> Hold | None:
    """The latest reason to rest that nobody has ended."""
    steps = session.scalars(
        select(UnitStep).where(UnitStep.order_line_id == unit.order_line_id).order_by(UnitStep.id)
    ).all()
    undone = {step.undoes_id for step in steps}
    found: list[Hold] = []
    for step in steps:
        if step.id in undone or step.reason not in set(Hold):
            continue
        reason = Hold(step.reason)
        if step.action == Action.HOLD:
            found.append(reason)
        elif reason in found:
            found.remove(reason)
    return found[-1] if found else None
