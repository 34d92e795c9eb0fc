"""What each month came to, from the ledger's running sums.

A month is one of booking by Britain's calendar (`LedgerTxn.period`), which rises with seq: a month that is
over never changes, and a refund of an old order stands in the month in which the shop learnt of it. Pages and
files choose by the same rule (`booking_days`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving.booking_days import is_month, next_month
from shop.giving.models import GENESIS, LedgerHead, LedgerSum, LedgerTxn, Policy
from shop.giving.sums import Book, Key
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind

OWED = frozenset({Account.ACCRUED, Account.PAYABLE})
"""The accounts whose balance is owed to a charity now. What is held in a dispute is not, until it is won."""


@frozen
class Sums:
    """One book's entries up to and including transaction `seq`, in signed pence as the ledger has them."""

    book: Book
    seq: int = 0
    hash: str = GENESIS
    booked_on: date | None = None
    """The day of the last transaction of all books; None before the first."""
    pence: Mapping[Key, int] = field(default_factory=dict)


@frozen(kw_only=True)
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


def read_sums(session: Session, book: Book) -> Sums:
    """The book's sums now, in one statement, so that they are as of one transaction whoever posts.

    One that somebody damaged, so that it is no sum of a month, is left out: `sums.check` names it.
    """
    rows = session.execute(
        select(LedgerHead.last_seq, LedgerHead.last_hash, LedgerTxn.booked_at, *LedgerSum.__table__.columns)
        .join(LedgerTxn, LedgerTxn.seq == LedgerHead.last_seq)
        .outerjoin(LedgerSum, LedgerSum.book == book)
    ).all()
    if not rows:
        return Sums(book)
    seq, last_hash, booked_at = rows[0][:3]
    pence = {
        Key(*row[3:-1]): row.pence for row in rows if is_month(row.period) and isinstance(row.pence, int)
    }
    return Sums(book, seq, last_hash, clock.in_britain(booked_at).date(), pence)


def by_month(sums: Sums, until: str) -> list[Month]:
    """Every month from the first booking to `until` (as in '2026-11') or the last booking, oldest first."""
    found: dict[str, dict[Key, int]] = defaultdict(dict)
    for key, pence in sums.pence.items():
        found[key.period][key] = pence
    if not found:
        return []
    months: list[Month] = []
    owed = held = 0
    name, last = min(found), max(until, *found)
    while name <= last and is_month(name):  # the year 9999 is the last that sorts as text
        here = found.get(name, {})
        owed -= sum(pence for key, pence in here.items() if key.account in OWED)
        held -= sum(pence for key, pence in here.items() if key.account == Account.HELD)
        months.append(_month(name, here, owed_pence=owed, held_pence=held))
        name = next_month(name)
    return months


def _month(name: str, here: Mapping[Key, int], *, owed_pence: int, held_pence: int) -> Month:
    cost: dict[str, int] = defaultdict(int)
    for key, pence in here.items():
        cost[key.kind] += pence if key.account == Account.COST else 0
    return Month(
        name=name,
        accrued_pence=cost[Kind.ACCRUE],
        taken_back_pence=-sum(cost[kind] for kind in ENDS_ACCRUAL),
        paid_pence=-sum(pence for key, pence in here.items() if key.account == Account.REMITTED),
        owed_pence=owed_pence,
        held_pence=held_pence,
    )


def owed_by_charity(session: Session, sums: Sums) -> dict[str, int]:
    """What is owed to each charity the book knows of, in pence; below zero when it was paid too much."""
    return _by_charity(session, sums, OWED)


def held_by_charity(session: Session, sums: Sums) -> dict[str, int]:
    """What waits for each charity until a bank has decided a dispute, in pence."""
    return _by_charity(session, sums, frozenset({Account.HELD}))


def _by_charity(session: Session, sums: Sums, accounts: Collection[str]) -> dict[str, int]:
    names = {row.id: row.charity_name for row in session.execute(select(Policy.id, Policy.charity_name))}
    found: dict[str, int] = {}
    for key, pence in sums.pence.items():
        name = names.get(key.policy_id, "")
        found[name] = found.get(name, 0) - (pence if key.account in accounts else 0)
    return found
