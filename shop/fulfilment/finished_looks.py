"""The look at a finished piece before it is posted, where the owner asks for one. Never commits.

It is the owner's own look; what a photograph shows is an aid beside it (see `shop/inspection`). A piece that
has none is posted by nobody, unless somebody says that it is to go without, and why.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shop import bench, clock
from shop.dedications.vault import Vault
from shop.fulfilment.models import FinishedLook, LookKind, Unit, UnitStep
from shop.fulfilment.stages import Action, Stage
from shop.fulfilment.units import CORRECTED, NotAllowed, act, last_step, workable
from shop.orders import notes
from shop.orders.models import OrderLine

AT_STAGES: Final = (Stage.ENGRAVED, Stage.INSPECTED, Stage.PACKED)
"""Where a finished piece can be looked at."""
_BACK_AT_THE_MACHINE: Final = (Stage.TO_CHECK, Stage.CHECKED, Stage.ENGRAVING, Stage.ENGRAVED)
_AGAIN: Final = (
    exists()
    .where(
        UnitStep.order_line_id == FinishedLook.order_line_id,
        UnitStep.id > FinishedLook.step_id,
        UnitStep.came_to.in_(_BACK_AT_THE_MACHINE),
    )
    .correlate(FinishedLook)
)
"""Whether it was at the machine again after a look at it, which counts no more then."""

NO_WORDS: Final = "Nothing is engraved on it."
NOT_FINISHED: Final = "It is {}: a look counts once it is engraved, and before it is posted."
INSPECT_FIRST: Final = "It is {}: please look at it first."
NOT_LOOKED_AT: Final = (
    "{} was not looked at yet. Before it is posted, open it at the bench, photograph each side, and say that "
    "it is as approved."
)


def look(
    session: Session, order_id: int, number: int, *, actor: str, wording: int, making: int, aid: str
) -> None:
    """Write down that somebody looked at a finished unit and it is as approved; it is inspected with that.

    `wording` and `making` are those that were in sight. Raises NotAllowed.
    """
    line, unit = workable(session, order_id, number)
    if not line.engraved:
        raise NotAllowed(NO_WORDS)
    if (wording, making) != (unit.wording, unit.making):
        raise NotAllowed(CORRECTED)
    if unit.stage not in AT_STAGES:
        raise NotAllowed(NOT_FINISHED.format(unit.stage))
    if unit.stage == Stage.ENGRAVED:
        act(session, order_id, number, Action.INSPECT, actor=actor, wording=wording)
    _write_down(session, unit, LookKind.AS_APPROVED, aid, actor)


def go_without(session: Session, vault: Vault, order_id: int, number: int, why: str, *, actor: str) -> None:
    """Write down that a unit is to be posted without that look; why is kept as a note about the order.

    Raises NotAllowed, and what `notes.write` raises.
    """
    line, unit = workable(session, order_id, number)
    if not line.engraved:
        raise NotAllowed(NO_WORDS)
    if unit.stage not in {Stage.INSPECTED, Stage.PACKED}:
        raise NotAllowed(INSPECT_FIRST.format(unit.stage))
    said = f"Piece {number} is posted without a look at the finished piece: {why.strip()}"
    notes.write(session, vault, order_id, said if why.strip() else "", actor=actor)
    _write_down(session, unit, LookKind.NOT_LOOKED_AT, "", actor)


def why_not_yet(session: Session, order_id: int, numbers: Iterable[int]) -> str:
    """The sentence that refuses to post these units of an order; empty when they may be posted."""
    lines = select(OrderLine.id, OrderLine.number).where(
        OrderLine.order_id == order_id, OrderLine.number.in_(numbers)
    )
    named = {line.id: line.number for line in session.execute(lines)}
    due = sorted(named[line_id] for line_id in not_looked_at(session, named))
    return NOT_LOOKED_AT.format(f"Piece {due[0]}") if due else ""


def not_looked_at(session: Session, line_ids: Collection[int]) -> Collection[int]:
    """Which of these lines must be looked at before they are posted, and were not."""
    if not line_ids or not bench.current(session).look_first:
        return frozenset()
    looked_at = exists().where(FinishedLook.order_line_id == OrderLine.id, ~_AGAIN)
    wanted = select(OrderLine.id).where(OrderLine.id.in_(line_ids), OrderLine.engraved, ~looked_at)
    return frozenset(session.scalars(wanted))


def standing(session: Session, order_id: int) -> Mapping[int, FinishedLook]:
    """The last look at each unit of an order that still counts, by the number of the line."""
    return dict(_looks(session, order_id, ~_AGAIN))


def looks_of(session: Session, order_id: int) -> Sequence[tuple[int, FinishedLook]]:
    """Every look at units of an order, by the number of the line, oldest first."""
    return _looks(session, order_id)


def kept(session: Session, order_id: int) -> list[dict[str, Any]]:
    """The same as plain values that JSON can hold."""
    return [
        {"piece": number, "at": one.at.isoformat(), "by": one.actor, "what": one.kind, "photographs": one.aid}
        for number, one in looks_of(session, order_id)
    ]


def _looks(session: Session, order_id: int, *which: Any) -> Sequence[tuple[int, FinishedLook]]:
    rows = session.execute(
        select(OrderLine.number, FinishedLook)
        .join(FinishedLook, FinishedLook.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order_id, *which)
        .order_by(FinishedLook.id)
    )
    return [(number, one) for number, one in rows]


def _write_down(session: Session, unit: Unit, kind: LookKind, aid: str, actor: str) -> None:
    session.flush()
    step = last_step(session, unit)
    session.add(
        FinishedLook(
            order_line_id=unit.order_line_id,
            step_id=step.id,
            kind=kind,
            aid=aid,
            at=clock.now(),
            actor=actor,
        )
    )
    session.flush()
