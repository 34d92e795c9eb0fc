"""What each month came to, kept as a running sum: the ledger only grows, so what is added up stays added up.

A month is one of booking (`LedgerTxn.period`), which rises with seq: a month that is over never changes, and
a refund of an old order stands in the month in which the shop learnt of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.giving.ledger import Book
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerTxn, Policy
from shop.giving.posting import next_month
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind

OWED = frozenset({Account.ACCRUED, Account.PAYABLE})
"""The accounts whose balance is owed to a charity now. What is held in a dispute is not, until it is won."""


class Key(NamedTuple):
    """What entries are added up by."""

    month: str
    policy_id: int | None
    kind: str
    account: str


@dataclass(frozen=True)
class Sums:
    """One book's entries up to and including transaction `seq`, in signed pence as the ledger has them."""

    book: Book
    seq: int = 0
    hash: str = GENESIS
    booked_on: date | None = None
    """The day (UTC) of the last transaction of all books; None before the first."""
    pence: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month in pence. `owed` and `held` are as they stood at its end; the others are of the month alone."""

    name: str
    """As in '2026-11'."""
    accrued_pence: int = 0
    taken_back_pence: int = 0
    """Refunds and lost disputes."""
    paid_pence: int = 0
    """Paid over, less what was written down by mistake and undone."""
    owed_pence: int = 0
    """Below zero when more was paid over than is owed, for instance because a piece came back afterwards."""
    held_pence: int = 0

    @property
    def given_pence(self) -> int:
        """What the month's orders came to for the charity."""
        return self.accrued_pence - self.taken_back_pence


def caught_up(session: Session, sums: Sums) -> Sums:
    """The sums brought up to the ledger's head: only what was posted since is read, by its number.

    Begins again from nothing when the ledger is not the one that was added up, as after a backup came back.
    """
    head = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one_or_none()
    if head is None or head.last_seq == 0:
        return Sums(sums.book)
    if (head.last_seq, head.last_hash) == (sums.seq, sums.hash):
        return sums
    if not _holds(session, sums):
        sums = Sums(sums.book)
    query = (
        select(
            LedgerTxn.period,
            LedgerTxn.policy_id,
            LedgerTxn.kind,
            LedgerEntry.account,
            func.sum(LedgerEntry.amount_pence),
        )
        .join(LedgerTxn, LedgerTxn.seq == LedgerEntry.txn_seq)
        .where(
            LedgerEntry.txn_seq > sums.seq, LedgerEntry.txn_seq <= head.last_seq, LedgerTxn.book == sums.book
        )
        .group_by(LedgerTxn.period, LedgerTxn.policy_id, LedgerTxn.kind, LedgerEntry.account)
    )
    pence = dict(sums.pence)
    for month, policy_id, kind, account, amount in session.execute(query):
        key = Key(month, policy_id, kind, account)
        pence[key] = pence.get(key, 0) + int(amount)
    last = session.scalars(select(LedgerTxn.booked_at).where(LedgerTxn.seq == head.last_seq)).one()
    return Sums(sums.book, head.last_seq, head.last_hash, last.date(), pence)


def by_month(sums: Sums, until: str) -> list[Month]:
    """Every month from the first booking to `until` (as in '2026-11') or the last booking, oldest first."""
    found = sorted({key.month for key in sums.pence})
    if not found:
        return []
    months: list[Month] = []
    owed = held = 0
    name = found[0]
    while name <= max(until, found[-1]):
        here = {key: pence for key, pence in sums.pence.items() if key.month == name}
        owed -= sum(pence for key, pence in here.items() if key.account in OWED)
        held -= sum(pence for key, pence in here.items() if key.account == Account.HELD)
        cost = {key.kind: 0 for key in here}
        for key, pence in here.items():
            cost[key.kind] += pence if key.account == Account.COST else 0
        months.append(
            Month(
                name=name,
                accrued_pence=cost.get(Kind.ACCRUE, 0),
                taken_back_pence=-sum(cost.get(kind, 0) for kind in ENDS_ACCRUAL),
                paid_pence=-sum(pence for key, pence in here.items() if key.account == Account.REMITTED),
                owed_pence=owed,
                held_pence=held,
            )
        )
        name = next_month(name)
    return months


def owed_by_charity(session: Session, sums: Sums) -> dict[str, int]:
    """What is owed to each charity the book knows of, in pence; below zero when it was paid too much."""
    names = {row.id: row.charity_name for row in session.execute(select(Policy.id, Policy.charity_name))}
    owed: dict[str, int] = {}
    for key, pence in sums.pence.items():
        name = names.get(key.policy_id or 0, "")
        owed[name] = owed.get(name, 0) - (pence if key.account in OWED else 0)
    return owed


def _holds(session: Session, sums: Sums) -> bool:
    """Whether the ledger still is the one that was added up."""
    if sums.seq == 0:
        return True
    found = session.scalar(select(LedgerTxn.hash).where(LedgerTxn.seq == sums.seq))
    return found == sums.hash
