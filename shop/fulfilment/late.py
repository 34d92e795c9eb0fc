"""Days that cannot be kept: found as early as it can be known, told the same day, and the buyer's answer.

Consumer Rights Act 2015, section 28: what is not delivered in time need not be waited for. Here nobody has to
prove anything: whoever is told that it will be late may have their money back, engraved or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.alerts import NewsKind, note_news
from shop.frozen import frozen
from shop.fulfilment.backlog import QUARTERS, WAITING
from shop.fulfilment.models import DateNews, DateStep, Unit, UnitStep
from shop.fulfilment.promised import BUYER, Day, standing
from shop.fulfilment.stages import TO_MAKE, Action, Hold
from shop.fulfilment.units import WORKED_ON, NotAllowed, hold, units_of
from shop.giving.ledger import Book
from shop.mail import outbox
from shop.orders.hand_drawings import approved_lines
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine
from shop.planning import schedule
from shop.planning.planner import Job, in_danger
from shop.web.dates import weekday

EMAIL: Final = "late"
SHOP: Final = "shop"

THEIR_TURN: Final = frozenset({Hold.QUESTION, Hold.PAYMENT})
"""While a unit rests for one of these, we are not the ones who keep its buyer waiting."""

NO_DAY: Final = date.max
"""The day of what was promised none, or waits for its buyer: it is done in its turn, and is never late."""


@frozen
class LateOrder:
    """An order whose buyer is to be told another day."""

    order_id: int
    missed: date
    instead: date


def find_late(session: Session, book: Book) -> Sequence[LateOrder]:
    """The orders whose day cannot be kept and whose buyers do not know yet. Reads alone."""
    jobs, days = _jobs(session, book), schedule.current(session)
    found = in_danger(days, clock.now(), jobs)
    return [LateOrder(job.order_id, job.by, found[job.order_id]) for job in jobs if job.order_id in found]


def tell(session: Session, late: LateOrder) -> bool:
    """Write to the buyer, and the owner, once for each day that is missed. Give whether that is new."""
    order = lock(session, late.order_id)
    day = standing(session, order)
    if day is None or day.posted_by != late.missed:
        return False
    key = f"{order.reference}:{EMAIL}:{late.missed}"
    if not outbox.put(session, kind=EMAIL, order_id=order.id, dedupe_key=key):
        return False
    _step(session, order, DateNews.TOLD, late.instead, SHOP)
    said = f"Promised by {weekday(late.missed)}; its buyer was told {weekday(late.instead)}."
    note_news(session, NewsKind.LATE, order.reference, said)
    return True


def wait(session: Session, order_id: int) -> Day:
    """The buyer waits for the later day. Raises NotAllowed."""
    order = lock(session, order_id)
    day = _told(session, order)
    if not day.waits:
        _step(session, order, DateNews.WAITS, day.posted_by, BUYER)
    return day


def give_up(session: Session, order_id: int) -> Sequence[int]:
    """The buyer does not wait: what was not posted rests until its money has gone back.

    Give the numbers of those units; none when that was said before. Raises NotAllowed when it was posted
    meanwhile, or nobody is late.
    """
    order = lock(session, order_id)
    day = _told(session, order)
    if day.goes_back:
        return ()
    waiting = {n: unit for n, unit in units_of(session, order_id).items() if unit.stage in TO_MAKE}
    for number, unit in waiting.items():
        if unit.held is None:
            hold(session, order_id, number, Hold.PAYMENT, actor=BUYER)
    _step(session, order, DateNews.WANTS_IT_BACK, day.posted_by, BUYER)
    return sorted(waiting)


def _told(session: Session, order: Order) -> Day:
    day = standing(session, order)
    if day is None or not day.told:
        raise NotAllowed("Nothing of this order is late any more: it was posted, or its money went back.")
    return day


def _step(session: Session, order: Order, kind: DateNews, day: date, actor: str) -> None:
    session.add(DateStep(order_id=order.id, kind=kind, posted_by=day, at=clock.now(), actor=actor))


def _jobs(session: Session, book: Book) -> Sequence[Job]:
    """All that is on the bench, by order, in the bench's order."""
    told = _told_days(session)
    found: dict[int, Job] = {}
    for row in _units(session, book):
        by = told.get(row.order_id, row.posted_by)
        job = found.setdefault(row.order_id, Job(row.order_id, 0, by or NO_DAY, row.post_from))
        work = row.work if row.stage in WAITING else 0
        free = row.held not in THEIR_TURN and not row.posted and _is_drawn(session, row)
        found[row.order_id] = replace(job, work=job.work + work, by=job.by if free else NO_DAY)
    return list(found.values())


def _units(session: Session, book: Book) -> Iterable[Row[Any]]:
    undone = aliased(UnitStep)
    posted = (
        exists()
        .where(UnitStep.order_line_id == Unit.order_line_id, UnitStep.action == Action.POST)
        .where(~exists().where(undone.undoes_id == UnitStep.id))
    )
    return session.execute(
        select(
            Order.id.label("order_id"), Order.posted_by, Order.post_from, Unit.stage, Unit.held,
            OrderLine.number, OrderLine.by_hand, QUARTERS.label("work"), posted.label("posted"),
        )
        .join(OrderLine, OrderLine.id == Unit.order_line_id)
        .join(Order, Order.id == Unit.order_id)
        .where(Unit.stage.in_(TO_MAKE), Order.state.in_(WORKED_ON), Order.book == book)
        .order_by(func.coalesce(Order.posted_by, date.min), Order.id, OrderLine.number)
    )  # fmt: skip


def _told_days(session: Session) -> Mapping[int, date]:
    """By order, the day that its buyer was told last."""
    rows = session.execute(
        select(DateStep.order_id, DateStep.posted_by)
        .join(Order, Order.id == DateStep.order_id)
        .where(DateStep.kind == DateNews.TOLD, Order.state.in_(WORKED_ON))
        .where(exists().where(Unit.order_id == Order.id, or_(*(Unit.stage == stage for stage in TO_MAKE))))
        .order_by(DateStep.id)
    )
    return {row.order_id: row.posted_by for row in rows}


def _is_drawn(session: Session, row: Row[Any]) -> bool:
    return not row.by_hand or row.number in approved_lines(session, row.order_id)
