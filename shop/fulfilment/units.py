"""Moving units along their stages. Every move goes through one door, `note`, and leaves a row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.fulfilment import begun
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import OF_A_PARCEL, TO_MAKE, Action, Hold, Reason, Stage, after
from shop.orders.hand_drawings import approved_lines
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.sql import write

SLIP: Final = timedelta(minutes=15)
"""How long a step can be taken back, as long as nothing has followed it."""

WORKED_ON: Final = frozenset({State.PAID, State.PART_REFUNDED})
"""States of an order whose units are made. In any other its money is in question, or has gone back."""

SHOP: Final = "shop"
"""Who did what nobody did: the shop of its own accord."""

NONE_FREE: Final = "None is free to make it of. Please record first what has come in."
CORRECTED: Final = "It was changed meanwhile. Please look at it as it is now."


_OF_ORDER: Final = OrderLine.order_id == bindparam("order")
_NUMBERED: Final = select(OrderLine.number, Unit).join(Unit, Unit.order_line_id == OrderLine.id)
_UNITS: Final = _NUMBERED.where(_OF_ORDER).order_by(OrderLine.number)
_DONE: Final = select(OrderLine.number, UnitStep).join(UnitStep, UnitStep.order_line_id == OrderLine.id)
_STEPS: Final = _DONE.where(_OF_ORDER).order_by(UnitStep.id)


class NotAllowed(Exception):
    """This cannot be done with that unit now. The text says why, for a person."""


def open_units(session: Session, order: Order, lines: Iterable[OrderLine], paid_at: datetime) -> None:
    """Put the units of an order that has just been paid for on the bench."""
    shared = {"order_id": order.id, "stage": Stage.TO_CHECK, "held": None, "making": 1, "wording": 1}
    write(session, Unit, [shared | {"order_line_id": line.id, "paid_at": paid_at} for line in lines])


def units_of(session: Session, order_id: int) -> Mapping[int, Unit]:
    """Where the units of an order stand, by the number of the line; nothing before it was paid for."""
    return {row.number: row.Unit for row in session.execute(_UNITS, {"order": order_id})}


def is_to_be_made(session: Session, order: Order, number: int) -> bool:
    """Whether a unit is paid for and wanted, and its money neither went back nor is in question."""
    unit = units_of(session, order.id).get(number)
    return order.state in WORKED_ON and unit is not None and not unit.is_gone


def steps_of(session: Session, order_id: int) -> Mapping[int, Sequence[UnitStep]]:
    """What was done to the units of an order, by the number of the line, in its order."""
    found: dict[int, list[UnitStep]] = {}
    for number, step in session.execute(_STEPS, {"order": order_id}):
        found.setdefault(number, []).append(step)
    return found


def act(
    session: Session,
    order_id: int,
    number: int,
    action: Action,
    *,
    actor: str,
    reason: Reason | None = None,
    cost_pence: int | None = None,
    wording: int | None = None,
) -> Unit:
    """Do something with a unit. Raises NotAllowed.

    A unit that is made again begins anew, with another piece from the drawer, and rests while none is free;
    `reason` says why, `cost_pence` what that costs us. It brings no second donation, for the ledger knows
    units of the order, not makings. `wording` is the one that was in sight: another may stand by now.
    """
    line, unit = workable(session, order_id, number)
    if wording not in {None, unit.wording}:
        raise NotAllowed(CORRECTED)
    stage = after(Stage(unit.stage), action, words=line.engraved)
    if stage is None or action in OF_A_PARCEL:
        raise NotAllowed(f"It is {unit.stage}.")
    waits = action is Action.BEGIN and (line.by_hand or line.artwork)
    if waits and number not in approved_lines(session, order_id):
        raise NotAllowed(
            "Its drawing is not approved yet." if line.by_hand else "Its artwork is to be looked at first."
        )
    if action is Action.REMAKE:
        unit.making += 1
    note(session, unit, action, stage, actor=actor, reason=reason, cost=cost_pence)
    if action is Action.REMAKE:
        take_piece(session, line, unit, actor=actor)
    if action is Action.BEGIN:
        begun.tell(session, order_id, after=SLIP)
    return unit


def take_piece(session: Session, line: OrderLine, unit: Unit, *, actor: str) -> None:
    """Take another piece from the drawer for a unit; while none is free it rests."""
    if not _is_taken(session, line, actor=actor):
        unit.held = Hold.MATERIAL
        note(session, unit, Action.HOLD, Stage(unit.stage), actor=SHOP, reason=Hold.MATERIAL)


def _is_taken(session: Session, line: OrderLine, *, actor: str) -> bool:
    reference = session.get_one(Order, line.order_id).reference
    return stock.sell_some(session, line.variant_id, 1, order_reference=reference, actor=actor)


def hold(session: Session, order_id: int, number: int, why: Hold, *, actor: str) -> None:
    """Let a unit rest. Raises NotAllowed."""
    _, unit = workable(session, order_id, number)
    if unit.stage not in TO_MAKE:
        raise NotAllowed(f"It is {unit.stage}.")
    unit.held = why
    note(session, unit, Action.HOLD, Stage(unit.stage), actor=actor, reason=why)


def resume(session: Session, order_id: int, number: int, *, actor: str) -> None:
    """Go on with a unit that rests. Raises NotAllowed."""
    lock(session, order_id)
    line, unit = unit_of(session, order_id, number)
    if unit.held is None:
        raise NotAllowed("It is not on hold.")
    lacks, why, unit.held = lacks_piece(session, unit), Hold(unit.held), None
    if lacks and not _is_taken(session, line, actor=actor):
        raise NotAllowed(NONE_FREE)
    note(session, unit, Action.RESUME, Stage(unit.stage), actor=actor, reason=why)


def lacks_piece(session: Session, unit: Unit) -> bool:
    """Whether a unit rests because there was no piece to make it of; see take_piece."""
    said = select(UnitStep).where(UnitStep.order_line_id == unit.order_line_id)
    last = session.scalars(said.where(UnitStep.reason == Hold.MATERIAL).order_by(UnitStep.id.desc())).first()
    none = last is not None and (last.action, last.actor) == (Action.HOLD, SHOP)
    return none and unit.held == Hold.MATERIAL


def last_step(session: Session, unit: Unit) -> UnitStep:
    """What was done with a unit last. Raises NotAllowed when nothing was."""
    steps = select(UnitStep).where(UnitStep.order_line_id == unit.order_line_id).order_by(UnitStep.id.desc())
    if (found := session.scalars(steps.limit(1)).first()) is None:
        raise NotAllowed("Nothing was done with it yet.")
    return found


def follow_money(session: Session, order: Order, gone: Mapping[int, str]) -> None:
    """Take the units whose price went back off the bench; bring back those whose refund came back.

    `gone` has who gave the money back, by the number of the line.
    """
    for line, unit in _rows(session, order.id):
        if line.number in gone and unit.stage != Stage.REFUNDED:
            unit.held = None
            note(session, unit, Action.REFUND, Stage.REFUNDED, actor=gone[line.number])
        elif line.number not in gone and unit.stage == Stage.REFUNDED:
            note(session, unit, Action.REFUND_BACK, _before_refund(session, unit), actor="stripe")
            unit.held = Hold.CANCELLED if _was_cancelled(session, unit) else None


def workable(session: Session, order_id: int, number: int) -> tuple[OrderLine, Unit]:
    """A unit that may be worked on, its order locked. Raises NotAllowed."""
    order = lock(session, order_id)
    line, unit = unit_of(session, order_id, number)
    if unit.stage == Stage.REFUNDED:
        raise NotAllowed("Its money went back.")
    if order.state not in WORKED_ON:
        raise NotAllowed("Its payment is in question: nothing is made until that is settled.")
    if unit.held is not None:
        raise NotAllowed(f"It is on hold: {unit.held}.")
    return line, unit


def _unmake(unit: Unit, last: UnitStep) -> None:
    if last.action in {Action.HOLD, Action.COME_BACK}:
        unit.held = None
    elif last.action == Action.RESUME:
        unit.held = last.reason
    elif last.action == Action.REMAKE:
        unit.making -= 1


def _was_cancelled(session: Session, unit: Unit) -> bool:
    """Whether the buyer did not want it any more, and nobody has gone on with it since."""
    said = select(UnitStep.action).where(
        UnitStep.order_line_id == unit.order_line_id, UnitStep.reason == Hold.CANCELLED
    )
    return session.scalars(said.order_by(UnitStep.id.desc()).limit(1)).first() == Action.HOLD


def _before_refund(session: Session, unit: Unit) -> Stage:
    refund = session.scalars(
        select(UnitStep)
        .where(UnitStep.order_line_id == unit.order_line_id, UnitStep.action == Action.REFUND)
        .order_by(UnitStep.id.desc())
        .limit(1)
    ).one()
    return Stage(refund.came_from)


def note(
    session: Session,
    unit: Unit,
    action: Action,
    stage: Stage,
    *,
    actor: str,
    reason: Reason | None = None,
    undoes: int | None = None,
    parcel: int | None = None,
    cost: int | None = None,
) -> None:
    """Move a unit, and write down who did, when and what: the one place where a stage changes."""
    step = UnitStep(
        order_line_id=unit.order_line_id,
        action=action,
        came_from=unit.stage,
        came_to=stage,
        reason=reason,
        undoes_id=undoes,
        parcel_id=parcel,
        cost_pence=cost,
        at=clock.now(),
        actor=actor,
    )
    session.add(step)
    unit.stage = stage


def unit_of(session: Session, order_id: int, number: int) -> tuple[OrderLine, Unit]:
    """A unit with its line. Raises NotAllowed."""
    found = [(line, unit) for line, unit in _rows(session, order_id) if line.number == number]
    if not found:
        raise NotAllowed("There is no such piece at the bench.")
    return found[0]


def _rows(session: Session, order_id: int) -> Sequence[tuple[OrderLine, Unit]]:
    query = select(OrderLine, Unit).join(Unit, Unit.order_line_id == OrderLine.id)
    rows = session.execute(query.where(OrderLine.order_id == order_id).order_by(OrderLine.number))
    return [(line, unit) for line, unit in rows]
