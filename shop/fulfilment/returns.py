"""What becomes of the piece itself once its price has gone back: sold again, scrapped, or not coming back.

It may be said before the money has gone: then it is done when it has. Words that were cut cannot be sold
again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session, aliased

from shop import clock, stock
from shop.frozen import frozen
from shop.fulfilment.models import Unit, UnitReturn, UnitStep
from shop.fulfilment.stages import POSTED_ONCE, WORDS_OPEN, Action, Fate, Stage
from shop.fulfilment.units import NotAllowed, take_piece
from shop.giving.ledger import Book
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine

FINAL: Final = frozenset({Fate.FREE, Fate.SCRAP})
"""What was decided for good. A piece that stayed with its buyer may still come back."""


def decide(session: Session, order_id: int, number: int, fate: Fate, *, actor: str) -> None:
    """Say what becomes of a unit whose price went back, or is about to. Raises NotAllowed.

    Saying the same twice is saying it once. Until the money has gone the latest word counts.
    """
    order = lock(session, order_id)
    line, unit = _unit(session, order_id, number)
    refund = _refund_of(session, unit)
    _refuse_wrong(line, Stage(refund.came_from if refund else unit.stage), fate)
    if refund is None:
        session.execute(delete(UnitReturn).where(_PLANNED, UnitReturn.order_line_id == line.id))
        _write(session, line, None, fate, actor)
        return
    decided = _decided(session, refund)
    if fate in decided:
        return
    if any(said in FINAL for said in decided):
        raise NotAllowed(f"It is said already: {next(said for said in decided if said in FINAL)}.")
    _write(session, line, refund, fate, actor)
    _carry_out(session, order, line, fate, actor)


def follow_money(session: Session, order: Order) -> None:
    """Carry out what was planned for units whose money has gone; take a piece anew if it came back.

    Of a piece that was posted none is taken anew: it went to its buyer, whatever became of it later. What was
    said of it stands, and counts as well if its money goes back another time.
    """
    rows = session.execute(
        select(UnitReturn, OrderLine, Unit, UnitStep.came_from)
        .join(OrderLine, OrderLine.id == UnitReturn.order_line_id)
        .join(Unit, Unit.order_line_id == OrderLine.id)
        .outerjoin(UnitStep, UnitStep.id == UnitReturn.refund_step_id)
        .where(OrderLine.order_id == order.id, UnitReturn.undone_at.is_(None))
        .order_by(OrderLine.number, UnitReturn.id)
    ).all()
    stock.lock(session, {line.variant_id for said, line, unit, _ in rows if _moves(said, unit)})
    for said, line, unit, came_from in rows:
        stands = came_from in POSTED_ONCE and said.fate in FINAL
        if unit.stage == Stage.REFUNDED and said.refund_step_id is None:
            session.flush()
            said.refund_step_id = _last_refund(session, unit).id
            _carry_out(session, order, line, Fate(said.fate), said.actor)
        elif unit.stage == Stage.REFUNDED and stands:
            session.flush()
            said.refund_step_id = _of_same_piece(session, unit, said)
        elif unit.stage != Stage.REFUNDED and said.refund_step_id is not None and not stands:
            said.undone_at = clock.now()
            if said.fate in FINAL:
                _take_again(session, line, unit)


def _moves(said: UnitReturn, unit: Unit) -> bool:
    """Whether a unit's money has gone or come since it was said what becomes of its piece."""
    return (unit.stage == Stage.REFUNDED) == (said.refund_step_id is None)


def _of_same_piece(session: Session, unit: Unit, said: UnitReturn) -> int | None:
    """The last refund of a unit, if it is of the piece that this was said of; else the refund it was."""
    remade = select(UnitStep.id).where(
        UnitStep.order_line_id == unit.order_line_id,
        UnitStep.id > said.refund_step_id,
        UnitStep.action == Action.REMAKE,
    )
    another = session.scalars(remade.limit(1)).first() is not None
    return said.refund_step_id if another else _last_refund(session, unit).id


@frozen
class Undecided:
    """A unit whose price went back, and of which nobody has said what became of it."""

    line_id: int
    reference: str
    number: int
    piece: str
    metal: str
    chain_inches: int
    came_from: str
    fates: Sequence[Fate]
    """What may be said of it."""


def undecided(session: Session, book: Book, *, most: int) -> Sequence[Undecided]:
    """The units of which that is still to be said, the latest refund first."""
    rows = session.execute(
        _refunded(OrderLine, Order.reference, UnitStep.came_from)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.book == book)
        .order_by(UnitStep.id.desc())
        .limit(most)
    )
    return [_undecided(*row) for row in rows]


def _undecided(line: OrderLine, reference: str, came_from: str) -> Undecided:
    return Undecided(
        line.id,
        reference,
        line.number,
        line.piece_name,
        line.metal_name,
        line.chain_inches,
        came_from,
        fates_of(line, Stage(came_from)),
    )


def in_drawer(book: Book) -> Select[Any]:
    """The variants of refunded units that lie in the drawer still: never begun, and nothing said of them."""
    here = _refunded(OrderLine.variant_id).join(Order, Order.id == OrderLine.order_id)
    return here.where(UnitStep.came_from.in_(WORDS_OPEN), Order.book == book)


def said_of(session: Session, order_id: int) -> Mapping[int, Fate]:
    """What was last said of each refunded unit of an order, by the number of its line."""
    return {number: Fate(said.fate) for number, said in history(session, order_id) if said.undone_at is None}


def history(session: Session, order_id: int) -> Sequence[tuple[int, UnitReturn]]:
    """Everything that was said of an order's pieces, with the number of the line, oldest first."""
    query = select(OrderLine.number, UnitReturn).join(UnitReturn, UnitReturn.order_line_id == OrderLine.id)
    rows = session.execute(query.where(OrderLine.order_id == order_id).order_by(UnitReturn.id))
    return [(number, said) for number, said in rows]


def fates_of(line: OrderLine, stage: Stage) -> Sequence[Fate]:
    """What can become of a unit that stood at this stage."""
    found = [Fate.SCRAP]
    if not line.engraved or stage in WORDS_OPEN:
        found.insert(0, Fate.FREE)
    return [*found, Fate.KEPT] if stage in POSTED_ONCE else found


_PLANNED: Final = UnitReturn.refund_step_id.is_(None)


def _refunded(*columns: Any) -> Select[Any]:
    """Units whose last step is a refund of which nothing was said."""
    later = aliased(UnitStep)
    return (
        select(*columns)
        .select_from(Unit)
        .join(OrderLine, OrderLine.id == Unit.order_line_id)
        .join(UnitStep, UnitStep.order_line_id == Unit.order_line_id)
        .where(
            Unit.stage == Stage.REFUNDED,
            UnitStep.action == Action.REFUND,
            ~exists().where(later.order_line_id == UnitStep.order_line_id, later.id > UnitStep.id),
            ~exists().where(UnitReturn.refund_step_id == UnitStep.id),
        )
    )


def _refuse_wrong(line: OrderLine, stage: Stage, fate: Fate) -> None:
    if fate in fates_of(line, stage):
        return
    if fate is Fate.FREE:
        raise NotAllowed("It bears words, so nobody else can have it.")
    raise NotAllowed("It was never posted.")


def _carry_out(session: Session, order: Order, line: OrderLine, fate: Fate, actor: str) -> None:
    if fate is Fate.FREE:
        stock.return_units(session, {line.variant_id: 1}, order.reference, actor)


def _take_again(session: Session, line: OrderLine, unit: Unit) -> None:
    """The refund came back, so the unit is to be made after all: of another piece, or it rests for one."""
    take_piece(session, line, unit, actor="stripe")


def _write(session: Session, line: OrderLine, refund: UnitStep | None, fate: Fate, actor: str) -> None:
    step = refund.id if refund else None
    said = UnitReturn(order_line_id=line.id, refund_step_id=step, fate=fate, at=clock.now(), actor=actor)
    session.add(said)


def _unit(session: Session, order_id: int, number: int) -> tuple[OrderLine, Unit]:
    found = session.execute(
        select(OrderLine, Unit)
        .join(Unit, Unit.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order_id, OrderLine.number == number)
    ).one_or_none()
    if found is None:
        raise NotAllowed("There is no such piece at the bench.")
    return found[0], found[1]


def _refund_of(session: Session, unit: Unit) -> UnitStep | None:
    """The step by which its price went back; None when it has not."""
    return _last_refund(session, unit) if unit.stage == Stage.REFUNDED else None


def _last_refund(session: Session, unit: Unit) -> UnitStep:
    refunds = select(UnitStep).where(
        UnitStep.order_line_id == unit.order_line_id, UnitStep.action == Action.REFUND
    )
    found = session.scalars(refunds.order_by(UnitStep.id.desc()).limit(1)).first()
    if found is None:
        raise NotAllowed("Its money went back before pieces were followed here: please count the drawer.")
    return found


def _decided(session: Session, refund: UnitStep) -> Sequence[Fate]:
    said = select(UnitReturn.fate).where(UnitReturn.refund_step_id == refund.id)
    return [Fate(fate) for fate in session.scalars(said)]
