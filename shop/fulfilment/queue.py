"""What is to be done at the bench: the units of paid orders by their next step, by the day promised."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm import join as orm_join

from shop import clock
from shop.frozen import frozen
from shop.fulfilment.models import DateNews, DateStep, Unit, UnitStep
from shop.fulfilment.stages import MOVES, TO_MAKE, WITHOUT_WORDS, Action
from shop.fulfilment.undoing import is_slip
from shop.fulfilment.units import SLIP, WORKED_ON
from shop.giving.ledger import Book
from shop.orders.models import Order, OrderLine

UNITS: Final = orm_join(
    orm_join(Unit, OrderLine, OrderLine.id == Unit.order_line_id), Order, Order.id == Unit.order_id
)
"""Units with their lines and orders."""

_TOLD: Final = (
    select(func.max(DateStep.posted_by))
    .where(DateStep.order_id == Order.id, DateStep.kind == DateNews.TOLD)
    .correlate(Order)
    .scalar_subquery()
)
BY_DAY: Final = (func.coalesce(Order.posted_by, date.min), Unit.paid_at, OrderLine.id)
"""The bench's order: by the day promised. What was ordered before days were promised comes first."""

STEPS: Final = (Action.CHECK, Action.BEGIN, Action.FINISH, Action.INSPECT, Action.PACK, Action.POST)
"""What the bench does, in its order."""


@frozen
class Queued:
    """One unit that waits for its next step. Its words stand on the order's page alone."""

    line_id: int
    reference: str
    number: int
    piece: str
    metal: str
    chain_inches: int
    engraved: bool
    held: str | None
    making: int
    wording: int
    paid_at: datetime
    posted_by: date | None
    """The day promised."""
    post_from: date | None
    told: date | None
    """A later day, of which the buyer was told."""


def waiting_for(session: Session, action: Action, book: Book, *, most: int) -> Sequence[Queued]:
    """The units whose next step this is, by the day promised."""
    return queued(session, next_is(action), book, most)


def on_hold(session: Session, book: Book, *, most: int) -> Sequence[Queued]:
    """The units that rest."""
    return queued(session, and_(Unit.stage.in_(TO_MAKE), Unit.held.is_not(None)), book, most)


def counts(session: Session, book: Book) -> Mapping[Action, int]:
    """How many units wait for each step."""
    rows = session.execute(
        select(Unit.stage, OrderLine.engraved, func.count())
        .select_from(UNITS)
        .where(*made_of(book), Unit.stage.in_(TO_MAKE), Unit.held.is_(None))
        .group_by(Unit.stage, OrderLine.engraved)
    ).all()
    found = dict.fromkeys(STEPS, 0)
    for stage, engraved, number in rows:
        moves = MOVES if engraved else WITHOUT_WORDS
        found[next(action for action in STEPS if stage in moves.get(action, {}))] += number
    return found


@frozen
class Undoable:
    """A step that can still be taken back."""

    line_id: int
    reference: str
    number: int
    piece: str
    action: str


def can_be_undone(session: Session, most: int = 5) -> Sequence[Undoable]:
    """The latest steps that nothing has followed yet, newest first."""
    followed = aliased(UnitStep)
    rows = session.execute(
        select(OrderLine.id, Order.reference, OrderLine.number, OrderLine.piece_name, UnitStep.action)
        .join(OrderLine, OrderLine.id == UnitStep.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            UnitStep.at > clock.now() - SLIP,
            is_slip(),
            ~exists().where(followed.order_line_id == UnitStep.order_line_id, followed.id > UnitStep.id),
        )
        .order_by(UnitStep.id.desc())
        .limit(most)
    )
    return [Undoable(*row) for row in rows]


def next_is(action: Action) -> ColumnElement[bool]:
    """Whether this is the next step of a unit that does not rest."""
    stands = [
        and_(Unit.stage == stage, OrderLine.engraved.is_(words))
        for moves, words in ((MOVES, True), (WITHOUT_WORDS, False))
        for stage in moves.get(action, {})
    ]
    return and_(Unit.held.is_(None), or_(*stands))


def queued(
    session: Session, chosen: ColumnElement[bool], book: Book, most: int, *, skipped: int = 0
) -> Sequence[Queued]:
    """The chosen units of paid orders, by the day promised, without the first few."""
    rows = session.execute(
        select(
            OrderLine.id.label("line_id"),
            Order.reference,
            OrderLine.number,
            OrderLine.piece_name.label("piece"),
            OrderLine.metal_name.label("metal"),
            OrderLine.chain_inches,
            OrderLine.engraved,
            Unit.held,
            Unit.making,
            Unit.wording,
            Unit.paid_at,
            Order.posted_by,
            Order.post_from,
            _TOLD.label("told"),
        )
        .select_from(UNITS)
        .where(*made_of(book), chosen)
        .order_by(*BY_DAY)
        .offset(skipped)
        .limit(most)
    )
    return [Queued(**row) for row in rows.mappings()]


def made_of(book: Book) -> tuple[ColumnElement[bool], ...]:
    """Units of paid orders, and of this book: what was ordered with test payments is never made for real."""
    return Order.state.in_(WORKED_ON), Order.book == book
