"""Payouts at the bank: somebody saw each on a statement, on a day and under a reference, once."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.chart_of_accounts import JournalEntry, MoneyAccount
from shop.bookkeeping.models import Payout, PayoutArrival
from shop.bookkeeping.month_bounds import Bounds
from shop.money import CURRENCY
from shop.payments.services import Services
from shop.sql import one_at_a_time


class NotToArrive(Exception):
    """The payout is in another currency, was called off, or is none of ours."""


class HasArrived(Exception):
    """Somebody has recorded it already."""

    def __init__(self, arrival: PayoutArrival) -> None:
        super().__init__("This payout was recorded at the bank before.")
        self.arrival = arrival


def arrival_of(session: Session, payout_id: str) -> PayoutArrival | None:
    """What stands recorded of a payout at the bank."""
    standing = select(PayoutArrival).where(PayoutArrival.payout_id == payout_id)
    return session.scalars(standing.where(PayoutArrival.undone_at.is_(None))).one_or_none()


def record_arrival(
    session: Session, services: Services, payout_id: str, *, on: date, reference: str, actor: str
) -> PayoutArrival:
    """Write down that a payout was seen at the bank. The same again is the same.

    Raises HasArrived or NotToArrive.
    """
    one_at_a_time(session, f"payout:{payout_id}")
    payout = session.get(Payout, payout_id)
    if payout is None or (payout.mode, payout.book) != (services.mode, services.book):
        raise NotToArrive
    if payout.currency != CURRENCY or payout.status == "canceled":
        raise NotToArrive
    if known := arrival_of(session, payout_id):
        if (known.arrived_on, known.reference) == (on, reference):
            return known
        raise HasArrived(known)
    made = PayoutArrival(
        payout_id=payout_id, arrived_on=on, reference=reference, booked_at=clock.now(), actor=actor
    )
    session.add(made)
    return made


def take_back(session: Session, services: Services, payout_id: str, *, actor: str) -> bool:
    """It was recorded by mistake, or sent back by the bank. False when nothing stands recorded."""
    one_at_a_time(session, f"payout:{payout_id}")
    payout, known = session.get(Payout, payout_id), arrival_of(session, payout_id)
    if payout is None or known is None or (payout.mode, payout.book) != (services.mode, services.book):
        return False
    known.undone_at, known.undone_by = clock.now(), actor
    return True


def arrival_entries(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """What was recorded of the bank in these months, and what was taken back in them."""
    since, until = bounds.moments
    for moment in (PayoutArrival.booked_at, PayoutArrival.undone_at):
        for arrival, payout in _rows(session, services, moment, since, until):
            yield _entry(arrival, payout, back=moment is PayoutArrival.undone_at)


def _rows(session: Session, services: Services, moment: Any, since: datetime, until: datetime) -> Any:
    return session.execute(
        select(PayoutArrival, Payout)
        .join(Payout, Payout.id == PayoutArrival.payout_id)
        .where(Payout.mode == services.mode, Payout.book == services.book, moment >= since, moment < until)
        .order_by(PayoutArrival.id)
    )


def _entry(arrival: PayoutArrival, payout: Payout, *, back: bool) -> JournalEntry:
    pence = -payout.amount if back else payout.amount
    booked = clock.in_britain((arrival.undone_at if back else None) or arrival.booked_at)
    return JournalEntry(
        key=f"{'arrival undone' if back else 'arrived'}:{arrival.id}",
        period=f"{booked:%Y-%m}",
        day=booked.date(),
        happened_on=booked.date() if back else arrival.arrived_on,
        what="Payout is not at the bank after all" if back else "Payout at the bank",
        reference=None,
        stripe_id=payout.id,
        lines=((MoneyAccount.BANK, pence), (MoneyAccount.TRANSIT, -pence)),
    )
