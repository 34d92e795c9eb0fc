"""What a file is of: some days of a book, a month, or what made up a payment to the charity."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.booking_days import Part, first_day, last_day
from shop.giving.models import LedgerTxn, Policy
from shop.giving.sums import Book
from shop.giving.transitions import Kind, legible

BOOKS: Final[Mapping[str, str]] = {"live": "Real orders", "test": "Test orders, for which no money moved"}


@frozen(kw_only=True)
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

    def for_charity(self, name: str) -> "Selection":
        """The same, of what is for that charity alone."""
        return replace(self, part=replace(self.part, charity=name), title=f"{self.title}, {name}")


def of_days(book: Book, first: date | None = None, last: date | None = None) -> Selection:
    """What was booked on these days, both inclusive; without them, all."""
    since, until = (f"{day:%-d %B %Y}" if day else "" for day in (first, last))
    said = " ".join(filter(None, (f"from {since}" if since else "", f"to {until}" if until else "")))
    name = "-".join(["ledger", book, *(day.isoformat() for day in (first, last) if day)])
    return Selection(
        part=Part(book, first, last), title=said[:1].upper() + said[1:] or "The whole ledger", name=name
    )


def of_month(book: Book, month: str) -> Selection:
    """A month's statement; the month as in '2026-11'."""
    first = first_day(month)
    return Selection(
        part=Part(book, first, last_day(month)), title=f"{first:%B %Y}", name=f"statement-{book}-{month}"
    )


def of_months(book: Book, first: str, last: str, *, title: str, name: str, charity: str | None) -> Selection:
    """Some whole months, both inclusive and as in '2026-11': of one charity, or of all."""
    return Selection(
        part=Part(book, first_day(first), last_day(last), charity=charity), title=title, name=f"{name}-{book}"
    )


def of_payment(session: Session, book: Book, seq: int) -> Selection | None:
    """What made up a payment to the charity: what was booked for it since the payment before, and itself.

    None when the transaction is no payment of that book, or is the undoing of one.
    """
    paid = select(LedgerTxn.seq, LedgerTxn.cause, Policy.charity_name).join(
        Policy, Policy.id == LedgerTxn.policy_id
    )
    paid = paid.where(LedgerTxn.book == book, LedgerTxn.kind == Kind.REMIT)
    found = session.execute(paid.where(LedgerTxn.seq == seq)).one_or_none()
    if found is None or legible(found.cause).get("undoes"):
        return None
    before = session.scalar(
        select(func.max(LedgerTxn.seq)).where(
            LedgerTxn.seq < seq,
            LedgerTxn.seq.in_(select(paid.where(Policy.charity_name == found.charity_name).subquery().c.seq)),
        )
    )
    part = Part(book, after_seq=before or 0, last_seq=seq, charity=found.charity_name)
    return Selection(part=part, title=f"Payment {seq} to {found.charity_name}", name=f"payment-{book}-{seq}")
