"""What is to be paid over to each charity: since when it is owed, by which day, and what it is made of.

SI 1994/3024, regulation 6: what falls to the charity is passed on as soon as can be, and at the latest 28
days after it was received, or as the agreement has it (`Policy.pay_within_days`). Payments settle what was
booked first; what was refunded or is held in a dispute is not due, and what a won dispute brings back is
received anew.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import field
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.frozen import frozen
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.months import owed_by_charity, read_sums
from shop.giving.sums import Book
from shop.giving.transitions import Account, Kind

MOST: Final = 10_000
"""Gifts that are looked at one by one; of those before only the sum is told."""
STANDS_SINCE: Final = (Kind.ACCRUE.value, Kind.DISPUTE_WON.value)
"""What a gift that stands was last brought there by."""


class Gift(NamedTuple):
    """Gifts of one agreement that were received on one day and are not paid over yet."""

    policy_id: int
    received: date
    amount_pence: int
    """For each."""
    pay_within_days: int

    @property
    def due_on(self) -> date:
        """The last day on which they are paid over in time."""
        return self.received + timedelta(days=self.pay_within_days)


@frozen(kw_only=True)
class DueMonth:
    """What is due of one agreement's gifts received in one month."""

    month: str
    amount_pence: int
    """Of each gift."""
    gifts: int
    pence: int
    """What they come to; less than gifts x amount where a payment covered one of them in part."""
    due_from: date
    due_until: date


@frozen(kw_only=True)
class Due:
    """What is to be paid over to one charity; pence above zero."""

    charity_name: str
    pence: int
    days: Sequence[tuple[Gift, int, int]] = field(repr=False)
    """Gifts, how many, and pence; what was booked last comes first."""
    earlier_pence: int
    """What is due of gifts before those."""

    @property
    def received(self) -> date:
        """Since when the oldest of it is here."""
        return min(gift.received for gift, _, _ in self.days)

    @property
    def due_on(self) -> date:
        """The day by which the first of it is due."""
        return min(gift.due_on for gift, _, _ in self.days)

    def due_by(self, day: date) -> int:
        """What is to be paid over by that day, in pence."""
        return self.earlier_pence + sum(pence for gift, _, pence in self.days if gift.due_on <= day)

    @property
    def months(self) -> Sequence[DueMonth]:
        """What makes it up, the oldest first."""
        grouped: dict[tuple[str, int, int], list[tuple[Gift, int, int]]] = defaultdict(list)
        for gift, number, pence in self.days:
            key = (gift.received.isoformat()[:7], gift.policy_id, gift.amount_pence)
            grouped[key].append((gift, number, pence))
        return [
            _month(month, amount, grouped[month, policy, amount]) for month, policy, amount in sorted(grouped)
        ]


def due(session: Session, book: Book) -> list[Due]:
    """What is to be paid over to each charity that is owed anything."""
    owed = owed_by_charity(session, read_sums(session, book))
    return [_due(session, book, name, pence) for name, pence in owed.items() if pence > 0]


def _due(session: Session, book: Book, charity_name: str, owed: int) -> Due:
    """Payments settle what was booked first, so what is owed are the last gifts that stand."""
    days: dict[Gift, tuple[int, int]] = {}
    left = owed
    with session.execute(_STANDING, {"book": book, "charity": charity_name}) as rows:
        for row in rows.yield_per(500):
            received = clock.in_britain(row.event_at).date()
            gift = Gift(row.policy_id, received, -row.amount_pence, row.pay_within_days)
            number, pence = days.get(gift, (0, 0))
            days[gift] = number + 1, pence + min(left, gift.amount_pence)
            left -= gift.amount_pence
            if left <= 0:
                break
    listed = [(gift, *found) for gift, found in days.items()]
    return Due(charity_name=charity_name, pence=owed, days=listed, earlier_pence=max(left, 0))


def _month(month: str, amount_pence: int, days: Sequence[tuple[Gift, int, int]]) -> DueMonth:
    return DueMonth(
        month=month,
        amount_pence=amount_pence,
        gifts=sum(number for _, number, _ in days),
        pence=sum(pence for _, _, pence in days),
        due_from=min(gift.due_on for gift, _, _ in days),
        due_until=max(gift.due_on for gift, _, _ in days),
    )


def positions(session: Session, book: Book, charity_name: str, numbers: Collection[int]) -> dict[int, int]:
    """How many pence of gifts that stand were booked before each of these transactions.

    Each must be the one that brought a gift to where it stands; those that are none are left out.
    """
    if not numbers:
        return {}
    whose = {"book": book, "charity": charity_name}
    first, last = min(numbers), max(numbers)
    before = session.scalar(_STANDING_PENCE.where(LedgerEntry.txn_seq < first), whose)
    found, pence = {}, -int(before or 0)
    rows = _STANDS.add_columns(LedgerTxn.seq, LedgerEntry.amount_pence).where(
        LedgerEntry.txn_seq.between(first, last)
    )
    for seq, amount in session.execute(rows.order_by(LedgerEntry.txn_seq), whose):
        found[seq] = pence
        pence -= amount
    return {seq: found[seq] for seq in numbers if seq in found}


_LATER: Final = aliased(LedgerTxn)
_STANDS: Final = (
    select()
    .select_from(LedgerTxn)
    .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
    .join(Policy, Policy.id == LedgerTxn.policy_id)
    .where(
        LedgerTxn.book == bindparam("book"),
        Policy.charity_name == bindparam("charity"),
        LedgerTxn.kind.in_(STANDS_SINCE),
        LedgerEntry.account == Account.ACCRUED.value,
        ~exists().where(
            _LATER.order_reference == LedgerTxn.order_reference,
            _LATER.unit == LedgerTxn.unit,
            _LATER.seq > LedgerTxn.seq,
        ),
    )
)
"""Gifts that are accrued and neither taken back nor held."""
_STANDING_PENCE: Final = _STANDS.add_columns(func.sum(LedgerEntry.amount_pence))
_STANDING: Final = (
    _STANDS.add_columns(
        LedgerTxn.event_at, LedgerTxn.policy_id, LedgerEntry.amount_pence, Policy.pay_within_days
    )
    .order_by(LedgerEntry.txn_seq.desc())
    .limit(MOST)
)
"""The same, the last one booked first, as the index of entries has them: read until what is owed is found."""
