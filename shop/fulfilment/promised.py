"""The day promised with an order: how it stands, what became of it, and what of its buyer's money."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.fulfilment.backlog import plan
from shop.fulfilment.models import DateNews, DateStep, Parcel, Unit
from shop.fulfilment.stages import TO_MAKE
from shop.fulfilment.units import WORKED_ON, units_of
from shop.orders.lifecycle import lines_of
from shop.orders.models import Order, OrderLine
from shop.planning.bank_holidays import Nation, nation_of
from shop.planning.planner import ENGRAVED, PLAIN, Promise, Wishes, earliest, held_back
from shop.planning.transit import arrives

BUYER: Final = "buyer"

STILL_HOLDS: Final = timedelta(hours=1)
"""Paid for so long after it was placed, an order keeps the day it was shown: a payment page is open for half
an hour. A slower payment, of a bank debit for example, may bring a later day."""


@frozen
class Day:
    """How the day promised with an order stands while something of it is still to be posted."""

    promised: date
    """The day that was agreed to."""
    posted_by: date
    """The one that holds now: another once the buyer was told so."""
    post_from: date | None
    arrives_by: date | None
    told: bool
    """Whether the buyer was told of another day."""
    answer: DateNews | None
    """What the buyer said to that."""

    @property
    def waits(self) -> bool:
        """Whether the buyer waits for it."""
        return self.answer is DateNews.WAITS

    @property
    def goes_back(self) -> bool:
        """Whether the buyer wants the money back instead."""
        return self.answer is DateNews.WANTS_IT_BACK


def freeze(session: Session, order: Order, lines: Sequence[OrderLine], paid_at: datetime) -> None:
    """Fix the day of an order that is being paid for: the one it was shown; if it took long, a later one."""
    if order.posted_by is None or paid_at - order.placed_at <= STILL_HOLDS:
        return
    by_hand = any(line.by_hand for line in lines)
    by = earliest(plan(session, order.book), paid_at, _work(lines), by_hand=by_hand)
    if by > order.posted_by:
        order.posted_by, order.arrives_by = by, _wherever(by, order.postage_service)


def standing(session: Session, order: Order) -> Day | None:
    """How its day stands; None when none was promised, or nothing is left to be posted."""
    return standings(session, {order: units_of(session, order.id).values()})[order.id]


def standings(session: Session, orders: Mapping[Order, Iterable[Unit]]) -> dict[int, Day | None]:
    """The same of several orders with their units, by their ids."""
    waiting = [order for order, units in orders.items() if _waits(order, units)]
    found: dict[int, list[DateStep]] = {order.id: [] for order in waiting}
    for step in steps_of(session, *found) if found else ():
        found[step.order_id].append(step)
    return {order.id: _day(order, found[order.id]) if order.id in found else None for order in orders}


def _waits(order: Order, units: Iterable[Unit]) -> bool:
    open_ = order.posted_by is not None and order.state in WORKED_ON
    return open_ and any(unit.stage in TO_MAKE for unit in units)


def _day(order: Order, steps: Sequence[DateStep]) -> Day | None:
    if order.posted_by is None:
        return None
    by = told_last(steps) or order.posted_by
    return Day(
        promised=order.posted_by,
        posted_by=by,
        post_from=order.post_from,
        arrives_by=_wherever(by, order.postage_service) if by != order.posted_by else order.arrives_by,
        told=by != order.posted_by,
        answer=DateNews(steps[-1].kind) if steps and steps[-1].actor == BUYER else None,
    )


def send_elsewhere(session: Session, order: Order, postcode: str) -> date | None:
    """The order goes to this postcode now: what is posted by the same day may arrive later than was promised.

    Then the later day is said from now on. Give the one promised before; None when that can be kept.
    """
    if order.posted_by is None or order.arrives_by is None:
        return None
    by = told_last(steps_of(session, order.id)) or order.posted_by
    there, before = arrives(by, order.postage_service, nation_of(postcode))[1], order.arrives_by
    if there <= before:
        return None
    order.arrives_by = there
    return before


def wished_otherwise(session: Session, order: Order, postcode: str, wishes: Wishes) -> Promise | None:
    """What is promised to an order whose buyer says other days on which it must not arrive.

    None where nothing was promised, or the buyer was told of a later day: that one is not promised anew.
    """
    if order.posted_by is None or told_last(steps_of(session, order.id)):
        return None
    at, by, bench = clock.now(), order.posted_by, plan(session, order.book)
    if order.post_from:  # it was held back: without that it can leave as early as what is ordered now
        lines = lines_of(session, order.id)
        by = min(by, earliest(bench, at, _work(lines), by_hand=any(line.by_hand for line in lines)))
    service = order.postage_service
    return held_back(bench.schedule, at, by, service=service, postcode=postcode, wishes=wishes)


def there_by(session: Session, order: Order, parcel: Parcel) -> date | None:
    """By when a parcel should be there: as promised, or later where it left later; None without a promise."""
    if order.posted_by is None or order.arrives_by is None:
        return None
    told = told_last(steps_of(session, order.id))
    by = _wherever(told, order.postage_service) if told else order.arrives_by
    return max(by, _wherever(clock.in_britain(parcel.posted_at).date(), parcel.service))


def steps_of(session: Session, *order_ids: int) -> Sequence[DateStep]:
    """What became of the day of an order, or of several, oldest first."""
    steps = select(DateStep).where(DateStep.order_id.in_(order_ids)).order_by(DateStep.id)
    return session.scalars(steps).all()


def kept(session: Session, order_id: int) -> list[dict[str, str]]:
    """The same as plain values, for whom it is about."""
    return [
        {"at": step.at.isoformat(), "what": step.kind, "by": step.actor, "posted_by": str(step.posted_by)}
        for step in steps_of(session, order_id)
    ]


def told_last(steps: Iterable[DateStep]) -> date | None:
    """The day that a buyer was told last; None when nobody had to be told anything."""
    told = [step.posted_by for step in steps if step.kind == DateNews.TOLD]
    return told[-1] if told else None


def _work(lines: Sequence[OrderLine]) -> int:
    return sum(ENGRAVED if line.engraved else PLAIN for line in lines)


def _wherever(posted: date, service: str) -> date:
    """When it is at a door, in whichever nation that is."""
    return max(arrives(posted, service, nation)[1] for nation in Nation)
