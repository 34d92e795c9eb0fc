"""The gifts of one day, what became of each, and which payments brought it to the charity.

They are those of the money that was received on that day. Payments settle what was booked first, as in `due`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.frozen import frozen
from shop.giving.due import positions
from shop.giving.models import LedgerTxn, Policy
from shop.giving.payments_made import Remittance, remittances
from shop.giving.sums import Book
from shop.giving.transitions import STEPS, Kind, Standing

AT_ONCE: Final = 500
"""Orders that one statement asks for."""


@frozen(kw_only=True)
class DayGift:
    """One gift of the day, and what became of it."""

    seq: int
    order_reference: str
    unit: int
    sku: str
    policy_id: int
    amount_pence: int
    month: str
    """In which it was booked."""
    due_on: date
    standing: Standing
    since: date
    """Since when it stands so."""
    paid: Sequence[tuple[Remittance, int]]
    """Which payments brought it to the charity, with how many pence of it."""

    @property
    def paid_pence(self) -> int:
        """What of it was paid over."""
        return sum(pence for _, pence in self.paid)

    @property
    def unpaid_pence(self) -> int:
        """What of it was not."""
        return self.amount_pence - self.paid_pence

    @property
    def days_late(self) -> int:
        """By how many days the last of it was paid too late; 0 for in time, or not paid at all."""
        return max([0, *((made.paid_on - self.due_on).days for made, _ in self.paid)])


def gifts_of(session: Session, book: Book, day: date) -> Sequence[DayGift]:
    """The gifts of the money that was received on a day, in the order in which they were booked."""
    accrued: Sequence[Any] = session.execute(_accrued(book, day)).all()
    last = _last_steps(session, sorted({row.order_reference for row in accrued}))
    whose = _promises(session, {row.policy_id for row in accrued})
    paid = _PaidFor(session, book)
    stands = [(row, last[row.order_reference, row.unit]) for row in accrued]
    for charity in {promise.charity_name for promise in whose.values()}:
        paid.place(
            charity, [step.seq for row, step in stands if whose[row.policy_id].charity_name == charity]
        )
    return [_gift(row, step, whose[row.policy_id], paid) for row, step in stands]


def _gift(row: Any, step: Any, promise: Any, paid: "_PaidFor") -> DayGift:
    standing = STEPS[Kind(step.kind)][1]
    stands = standing is Standing.ACCRUED
    received = step.event_at if stands else row.event_at
    return DayGift(
        seq=row.seq,
        order_reference=row.order_reference,
        unit=row.unit,
        sku=row.sku,
        policy_id=row.policy_id,
        amount_pence=promise.amount_pence,
        month=row.period,
        due_on=clock.in_britain(received).date() + timedelta(days=promise.pay_within_days),
        standing=standing,
        since=clock.in_britain(step.event_at).date(),
        paid=paid.parts(promise.charity_name, step.seq, promise.amount_pence) if stands else (),
    )


class _PaidFor:
    """Which payments brought which gifts to the charity."""

    def __init__(self, session: Session, book: Book) -> None:
        self._session, self._book = session, book
        made = [one for one in remittances(session, book) if not (one.undoes or one.undone)]
        self._made = sorted(made, key=lambda one: (one.paid_on, one.seq))
        self._before: dict[int, int] = {}

    def place(self, charity_name: str, numbers: Sequence[int]) -> None:
        """Find out how much was to be paid before each of these gifts."""
        self._before |= positions(self._session, self._book, charity_name, numbers)

    def parts(self, charity_name: str, seq: int, pence: int) -> Sequence[tuple[Remittance, int]]:
        """The payments that a gift was in, and with how much of it."""
        begins, found = self._before[seq], []
        paid = 0
        for made in (one for one in self._made if one.charity_name == charity_name):
            part = min(begins + pence, paid + made.amount_pence) - max(begins, paid)
            if part > 0:
                found.append((made, part))
            paid += made.amount_pence
        return found


def _accrued(book: Book, day: date) -> Any:
    begins, ends = clock.begins(day), clock.begins(day + timedelta(days=1))
    earlier = aliased(LedgerTxn)
    again = exists().where(
        earlier.order_reference == LedgerTxn.order_reference,
        earlier.unit == LedgerTxn.unit,
        earlier.seq < LedgerTxn.seq,
    )
    return (
        select(
            LedgerTxn.seq, LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.sku, LedgerTxn.policy_id,
            LedgerTxn.period, LedgerTxn.event_at,
        )
        .where(
            LedgerTxn.book == book,
            LedgerTxn.period >= f"{begins - timedelta(days=1):%Y-%m}",  # a host's clock may be slow
            LedgerTxn.kind == Kind.ACCRUE.value,
            LedgerTxn.event_at >= begins,
            LedgerTxn.event_at < ends,
            ~again,
        )
        .order_by(LedgerTxn.seq)
    )  # fmt: skip


def _last_steps(session: Session, references: Sequence[str]) -> Mapping[tuple[str, int], Any]:
    """What happened last to each unit of these orders."""
    found: dict[tuple[str, int], Any] = {}
    steps = select(
        LedgerTxn.seq, LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.kind, LedgerTxn.event_at
    )
    for start in range(0, len(references), AT_ONCE):
        some = LedgerTxn.order_reference.in_(references[start : start + AT_ONCE])
        for row in session.execute(steps.where(some, LedgerTxn.kind.in_(STEPS)).order_by(LedgerTxn.seq)):
            found[row.order_reference, row.unit] = row
    return found


def _promises(session: Session, ids: Collection[int]) -> Mapping[int, Any]:
    promises = select(Policy.id, Policy.charity_name, Policy.amount_pence, Policy.pay_within_days)
    return {row.id: row for row in session.execute(promises.where(Policy.id.in_(ids)))}
