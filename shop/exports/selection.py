"""What a file is of: some days of a book, a month, or what made up a payment to the charity."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.giving.booking_days import Part, first_day, last_day
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.months import OWED
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind

BOOKS: Final[Mapping[str, str]] = {"live": "Real orders", "test": "Test orders, for which no money moved"}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The postings of a file, and what it is called."""

    part: Part
    title: str
    """As in 'June 2026'."""
    name: str
    """Of the file, without its ending."""

    def has_more_than(self, session: Session, most: int) -> bool:
        """Whether there are more postings than that."""
        found = select(LedgerTxn.seq).where(self.part.condition).offset(most).limit(1)
        return session.scalar(found) is not None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a selection came to, in pence: opening + accrued - taken back - paid over = owed + held."""

    opening_owed_pence: int
    opening_held_pence: int
    accrued_pence: int
    taken_back_pence: int
    paid_pence: int
    owed_pence: int
    held_pence: int

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        """Each with its name, from how it began to how it ended."""
        return (
            ("Owed at the beginning", self.opening_owed_pence),
            ("Held in disputes at the beginning", self.opening_held_pence),
            ("Accrued", self.accrued_pence),
            ("Taken back: refunds and lost disputes", -self.taken_back_pence),
            ("Paid over", -self.paid_pence),
            ("Owed at the end", self.owed_pence),
            ("Held in disputes at the end", self.held_pence),
        )


def of_days(book: Book, first: date | None = None, last: date | None = None) -> Selection:
    """What was booked on these days, both inclusive; without them, all."""
    since, until = (f"{day:%-d %B %Y}" if day else "" for day in (first, last))
    said = " ".join(filter(None, (f"from {since}" if since else "", f"to {until}" if until else "")))
    name = "-".join(["ledger", book, *(day.isoformat() for day in (first, last) if day)])
    return Selection(part=Part(book, first, last), title=said.capitalize() or "The whole ledger", name=name)


def of_month(book: Book, month: str) -> Selection:
    """A month's statement; the month as in '2026-11'."""
    first = first_day(month)
    return Selection(
        part=Part(book, first, last_day(month)), title=f"{first:%B %Y}", name=f"statement-{book}-{month}"
    )


def of_payment(session: Session, book: Book, seq: int) -> Selection | None:
    """What made up a payment to the charity: what was booked for it since the payment before, and itself.

    None when the transaction is no payment of that book.
    """
    paid = select(LedgerTxn.seq, Policy.charity_name).join(Policy, Policy.id == LedgerTxn.policy_id)
    paid = paid.where(LedgerTxn.book == book, LedgerTxn.kind == Kind.REMIT)
    found = session.execute(paid.where(LedgerTxn.seq == seq)).one_or_none()
    if found is None:
        return None
    before = session.scalar(
        select(func.max(LedgerTxn.seq)).where(
            LedgerTxn.seq < seq,
            LedgerTxn.seq.in_(select(paid.where(Policy.charity_name == found.charity_name).subquery().c.seq)),
        )
    )
    part = Part(book, after_seq=before or 0, last_seq=seq, charity=found.charity_name)
    return Selection(part=part, title=f"Payment {seq} to {found.charity_name}", name=f"payment-{book}-{seq}")


def figures(session: Session, selection: Selection) -> Figures:
    """What it came to, added up from the entries themselves."""
    part = selection.part
    earlier = _before(part)
    before = _sums(session, earlier) if earlier else {}
    here = _sums(session, part)
    opening, closing = (_standing(sums) for sums in (before, _together(before, here)))
    cost: dict[str, int] = defaultdict(int)
    for (kind, account), pence in here.items():
        cost[kind] += pence if account == Account.COST else 0
    return Figures(
        opening_owed_pence=opening[0],
        opening_held_pence=opening[1],
        accrued_pence=cost[Kind.ACCRUE],
        taken_back_pence=-sum(cost[kind] for kind in ENDS_ACCRUAL),
        paid_pence=-sum(pence for (_, account), pence in here.items() if account == Account.REMITTED),
        owed_pence=closing[0],
        held_pence=closing[1],
    )


_Sums = Mapping[tuple[str, str], int]
"""Signed pence by kind and account."""


def _before(part: Part) -> Part | None:
    """Everything before it, of the same book and charity; None where nothing can be."""
    if part.after_seq:
        return replace(part, after_seq=None, last_seq=part.after_seq)
    if part.first is None or part.first == date.min:
        return None
    return replace(part, first=None, last=part.first - timedelta(days=1))


def _sums(session: Session, part: Part) -> _Sums:
    query = (
        select(LedgerTxn.kind, LedgerEntry.account, func.sum(LedgerEntry.amount_pence))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(part.condition)
        .group_by(LedgerTxn.kind, LedgerEntry.account)
    )
    return {(kind, account): int(pence) for kind, account, pence in session.execute(query)}


def _together(one: _Sums, other: _Sums) -> _Sums:
    return {key: one.get(key, 0) + other.get(key, 0) for key in one.keys() | other.keys()}


def _standing(sums: _Sums) -> tuple[int, int]:
    """What is owed and what is held."""
    owed = -sum(pence for (_, account), pence in sums.items() if account in OWED)
    return owed, -sum(pence for (_, account), pence in sums.items() if account == Account.HELD)
