"""Sending back a piece without words: the notice, its days, its arrival, and when the money must be back.

Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013. A piece that bears its
buyer's words is exempt (regulation 28(1)(b)); what is faulty is a claim, whatever it bears.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.catalogue.hallmarking import CANCEL_DAYS
from shop.claims.claim_steps import NotPossible
from shop.claims.models import SendBack
from shop.frozen import frozen
from shop.fulfilment import returns
from shop.fulfilment.models import Unit
from shop.fulfilment.progress import times
from shop.fulfilment.stages import POSTED_ONCE, Fate, Stage
from shop.fulfilment.units import steps_of, units_of
from shop.mail import outbox
from shop.orders.lifecycle import lines_of, lock
from shop.orders.models import Order, OrderLine

SEND_WITHIN_DAYS: Final = 14
"""From the notice. Regulation 35(5)."""
REFUND_DAYS: Final = 14
"""From the arrival of the piece, or the proof that it was posted. Regulation 34(5)."""

BUYER: Final = "buyer"
EMAIL: Final = "send-back"
"""The notice is acknowledged in writing at once. Regulation 32(3)."""


@frozen
class ComingBack:
    """A unit whose return was told."""

    id: int
    number: int
    piece: str
    told_at: datetime
    arrived_at: datetime | None
    arrived_as: str | None
    """What was said to become of it, when it arrived."""
    refunded: bool

    @property
    def send_by(self) -> date:
        """The last day on which it may be posted."""
        return day_of(self.told_at) + timedelta(days=SEND_WITHIN_DAYS)

    @property
    def refund_by(self) -> date | None:
        """The last day on which its money may go back; None before it arrived."""
        return day_of(self.arrived_at) + timedelta(days=REFUND_DAYS) if self.arrived_at else None


def day_of(moment: datetime) -> date:
    """Britain's day."""
    return clock.in_britain(moment).date()


def last_day(session: Session, order_id: int) -> date | None:
    """The last day for the notice; None while a piece of the order is still to arrive.

    With several pieces it counts from the last to arrive (regulation 30(4)), to the end of the day.
    """
    units, steps = units_of(session, order_id), steps_of(session, order_id)
    kept = [number for number, unit in units.items() if unit.stage != Stage.REFUNDED]
    arrived = [times(steps.get(number, ())).get(Stage.DELIVERED) for number in kept]
    days = [day_of(moment) for moment in arrived if moment is not None]
    return max(days) + timedelta(days=CANCEL_DAYS) if days and len(days) == len(arrived) else None


def returnable(session: Session, order_id: int) -> Sequence[int]:
    """The numbers of the units that may be sent back today: posted, without words, and within the days."""
    last = last_day(session, order_id)
    if last is not None and day_of(clock.now()) > last:
        return []
    units, told = units_of(session, order_id), {one.number for one in coming_back(session, order_id)}
    return [
        line.number
        for line in lines_of(session, order_id)
        if not line.engraved
        and line.number not in told
        and line.number in units
        and units[line.number].stage in POSTED_ONCE
    ]


def give_notice(session: Session, order_id: int, numbers: Sequence[int], *, actor: str = BUYER) -> None:
    """Tell that these units are sent back; those that are already stay so. Raises NotPossible."""
    order = lock(session, order_id)
    told = {one.number for one in coming_back(session, order_id)}
    new = sorted(set(numbers) - told)
    if not new and told & set(numbers):
        return
    if not new or not set(new) <= set(returnable(session, order_id)):
        raise NotPossible("Please choose a piece that can be sent back.")
    first = _write_down(session, order_id, new, actor)
    outbox.put(session, kind=EMAIL, order_id=order_id, dedupe_key=f"{EMAIL}-{first}")
    if actor == BUYER:
        raise_alert(session, AlertKind.COMES_BACK, order.reference)


def _write_down(session: Session, order_id: int, numbers: Sequence[int], actor: str) -> int:
    """The id of the first row."""
    rows = [
        SendBack(order_id=order_id, order_line_id=line.id, told_at=clock.now(), told_by=actor)
        for line in lines_of(session, order_id)
        if line.number in numbers
    ]
    session.add_all(rows)
    session.flush()
    return rows[0].id


def keep(session: Session, order_id: int, send_back_id: int) -> None:
    """The buyer keeps it after all. Raises NotPossible once it has arrived."""
    order, row = _one(session, order_id, send_back_id)
    if row.arrived_at is not None:
        raise NotPossible("It is here already.")
    row.kept_at = row.kept_at or clock.now()
    _settle_alert(session, order)


def arrive(session: Session, order_id: int, send_back_id: int, fate: Fate, *, actor: str) -> None:
    """It is here: sold again, or scrap. Its stock follows when its money has gone back.

    Raises NotPossible, and NotAllowed for what cannot become of it.
    """
    order, row = _one(session, order_id, send_back_id)
    if row.kept_at is not None:
        raise NotPossible("It was said that the buyer keeps it.")
    line = session.get_one(OrderLine, row.order_line_id)
    returns.decide(session, order_id, line.number, fate, actor=actor)
    row.arrived_as = fate
    if row.arrived_at is None:
        row.arrived_at, row.arrived_by = clock.now(), actor
    _settle_alert(session, order)


def coming_back(session: Session, order_id: int) -> Sequence[ComingBack]:
    """The units of an order whose return was told and that the buyer does not keep, in their order."""
    rows = session.execute(_TOLD.where(SendBack.order_id == order_id).order_by(OrderLine.number))
    return [_read(*row[:4]) for row in rows]


def awaited(session: Session, *, most: int) -> Sequence[tuple[str, ComingBack]]:
    """Everything that is on its way back, or here and not paid back, the oldest notice first."""
    open_still = _TOLD.where(Unit.stage != Stage.REFUNDED).order_by(SendBack.told_at, SendBack.id)
    return [(row.reference, _read(*row[:4])) for row in session.execute(open_still.limit(most))]


_TOLD: Final = (
    select(SendBack, OrderLine.number, OrderLine.piece_name, Unit.stage, Order.reference)
    .join(Order, Order.id == SendBack.order_id)
    .join(OrderLine, OrderLine.id == SendBack.order_line_id)
    .join(Unit, Unit.order_line_id == OrderLine.id)
    .where(SendBack.kept_at.is_(None))
)


def _read(row: SendBack, number: int, piece: str, stage: str) -> ComingBack:
    refunded = stage == Stage.REFUNDED
    return ComingBack(row.id, number, piece, row.told_at, row.arrived_at, row.arrived_as, refunded)


def whole_order(session: Session, order_id: int) -> bool:
    """Whether nothing of the order is kept: then the postage goes back too. Regulation 34(2)."""
    units, back = units_of(session, order_id), {one.number for one in coming_back(session, order_id)}
    kept = {number for number, unit in units.items() if unit.stage != Stage.REFUNDED}
    return bool(back) and kept <= back


def kept_of(session: Session, order_id: int) -> list[Mapping[str, Any]]:
    """All that is kept of it, for the person it is about."""
    numbers = {line.id: line.number for line in lines_of(session, order_id)}
    return [
        {
            "piece": numbers[row.order_line_id],
            "told_at": row.told_at.isoformat(),
            "told_by": row.told_by,
            "arrived_at": row.arrived_at.isoformat() if row.arrived_at else None,
            "kept_at": row.kept_at.isoformat() if row.kept_at else None,
        }
        for row in _rows(session, order_id)
    ]


def _rows(session: Session, order_id: int) -> Sequence[SendBack]:
    query = select(SendBack).where(SendBack.order_id == order_id).order_by(SendBack.id)
    return session.scalars(query).all()


def _one(session: Session, order_id: int, send_back_id: int) -> tuple[Order, SendBack]:
    order = lock(session, order_id)
    row = session.get(SendBack, send_back_id, populate_existing=True)
    if row is None or row.order_id != order_id:
        raise NotPossible("Nothing of the kind was told.")
    return order, row


def _settle_alert(session: Session, order: Order) -> None:
    session.flush()
    if all(one.arrived_at is not None for one in coming_back(session, order.id)):
        withdraw_alert(session, AlertKind.COMES_BACK, order.reference)
