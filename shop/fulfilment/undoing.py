"""A slip of the thumb at the bench, taken back while nothing has followed it."""

from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.fulfilment.delivery import BUYER
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import Action, Hold, Stage
from shop.fulfilment.units import SHOP, SLIP, NotAllowed, last_step, note, unit_of
from shop.orders.lifecycle import lock

NO_SLIP: Final = frozenset({Action.REFUND, Action.REFUND_BACK, Action.CORRECT, Action.EXCHANGE})
"""What money did, or who corrected the words, and nobody at the bench can take back."""


def is_slip() -> ColumnElement[bool]:
    """Whether a step may have been a slip of the thumb at the bench."""
    reason = func.coalesce(UnitStep.reason, "")
    with_a_piece = and_(UnitStep.action == Action.RESUME, reason == Hold.MATERIAL)  # perhaps; see take_piece
    return and_(
        UnitStep.undoes_id.is_(None),
        UnitStep.action.not_in(NO_SLIP),
        UnitStep.actor.not_in((BUYER, SHOP)),
        reason != Hold.CANCELLED,
        ~with_a_piece,
    )


def undo(session: Session, order_id: int, number: int, *, actor: str) -> Action:
    """Take back the last step, which was a slip. Give which it was. Raises NotAllowed."""
    order = lock(session, order_id)
    line, unit = unit_of(session, order_id, number)
    last = last_step(session, unit)
    if session.scalar(select(UnitStep.id).where(UnitStep.id == last.id, is_slip())) is None:
        raise NotAllowed("There is nothing to take back.")
    if clock.now() - last.at > SLIP:
        raise NotAllowed("It was too long ago to take back.")
    _unmake(unit, last)
    if last.action == Action.REMAKE:
        stock.return_units(session, {line.variant_id: 1}, order.reference, actor)
    note(session, unit, Action.UNDO, Stage(last.came_from), actor=actor, undoes=last.id)
    return Action(last.action)


def _unmake(unit: Unit, last: UnitStep) -> None:
    if last.action in {Action.HOLD, Action.COME_BACK}:
        unit.held = None
    elif last.action == Action.RESUME:
        unit.held = last.reason
    elif last.action == Action.REMAKE:
        unit.making -= 1
