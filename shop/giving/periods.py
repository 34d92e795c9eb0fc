"""Quarters and years of the ledger: whole months, so each has the figures of its months and no others.

The years of an agreement are counted in whole months too, from the one in which it begins, and have the
figures of its charity alone. A period is as firm as its months: closed once all of them are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.booking_days import DECEMBER, months_on
from shop.giving.models import Policy
from shop.giving.month_close import Closed, promises
from shop.giving.month_statements import Figures, Promise, figures_of
from shop.giving.months import Month, Sums, by_month, read_sums
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.giving.sums import Book

QUARTER: Final = 3


class Kind(StrEnum):
    """What kind of period."""

    QUARTER = "quarter"
    FINANCIAL_YEAR = "financial-year"
    AGREEMENT_YEAR = "agreement-year"


@frozen(kw_only=True)
class Period:
    """Some whole months, both ends inclusive, as in '2026-11'."""

    kind: Kind
    first: str
    last: str
    policy_id: int | None = None
    """Whose agreement's year it is."""
    reference: str = ""
    """Of that agreement."""
    charity_name: str = ""
    """The charity whose figures alone it has; empty for all."""

    @property
    def months(self) -> Sequence[str]:
        """Each of its months, the first first."""
        found = [self.first]
        while found[-1] < self.last:
            found.append(months_on(found[-1], 1))
        return found

    def is_closed(self, closed: Mapping[str, Closed]) -> bool:
        """Whether all of its months are: they are closed in their turn, from the ledger's first on."""
        return bool(closed) and self.last <= max(closed)


def figures(session: Session, book: Book, asked: Sequence[Period]) -> Sequence[Figures]:
    """What each of these periods came to, from the running sums as they are at one moment."""
    sums, promised = read_sums(session, book), promises(session)
    until = max((period.last for period in asked), default="")
    parts: dict[str, tuple[Sums, Sequence[Month]]] = {}
    for name in {period.charity_name for period in asked}:
        part = _of_charity(sums, promised, name) if name else sums
        parts[name] = part, by_month(part, until)
    return [figures_of(*parts[one.charity_name], one.first, one.last, promised) for one in asked]


def months_of_charity(session: Session, book: Book, name: str, months: Sequence[str]) -> Sequence[Figures]:
    """What each of these months came to for one charity alone."""
    promised = promises(session)
    sums = _of_charity(read_sums(session, book), promised, name)
    found = by_month(sums, max(months, default=""))
    return [figures_of(sums, found, month, month, promised) for month in months]


def _of_charity(sums: Sums, promised: Mapping[int, Promise], name: str) -> Sums:
    whose = {policy for policy, promise in promised.items() if promise.charity_name == name}
    return replace(sums, pence={key: pence for key, pence in sums.pence.items() if key.policy_id in whose})


def periods(session: Session, kind: Kind, book: Book, *, first: str, now: str, starts: int) -> list[Period]:
    """The periods from the ledger's first month to the one under way, the newest first.

    `starts` is the number of the month with which the financial year begins; its quarters follow from it.
    """
    if kind is Kind.AGREEMENT_YEAR:
        found = [period for policy in _policies(session, book) for period in _years_of(policy, first, now)]
        return sorted(found, key=lambda period: (period.first, period.policy_id or 0), reverse=True)
    length = QUARTER if kind is Kind.QUARTER else DECEMBER
    begins = months_on(first, -((int(first[5:]) - starts) % length))
    found = []
    while begins <= now:
        found.append(Period(kind=kind, first=begins, last=months_on(begins, length - 1)))
        begins = months_on(begins, length)
    return found[::-1]


def written(period: Period, came_to: Figures, closed: Mapping[str, Closed]) -> dict[str, object]:
    """The period as data: its figures, and what its months were closed with."""
    months = {month: closed[month].digest if month in closed else None for month in period.months}
    return {**asdict(period), "figures": asdict(came_to), "months": months}


def _policies(session: Session, book: Book) -> Sequence[Policy]:
    query = select(Policy).order_by(Policy.id)
    if book == "live":
        query = query.where(Policy.agreement_reference != SAMPLE_AGREEMENT)
    return session.scalars(query).all()


def _years_of(policy: Policy, first: str, now: str) -> list[Period]:
    begins, ends = f"{policy.starts_on:%Y-%m}", f"{policy.ends_on:%Y-%m}" if policy.ends_on else None
    found = []
    while begins <= min(now, ends or now):
        last = months_on(begins, DECEMBER - 1)
        year = Period(
            kind=Kind.AGREEMENT_YEAR,
            first=begins,
            last=min(last, ends or last),
            policy_id=policy.id,
            reference=policy.agreement_reference or "",
            charity_name=policy.charity_name,
        )
        found += [year] if year.last >= first else []
        begins = months_on(begins, DECEMBER)
    return found
