"""Which day a booking counts on, and how pages and files choose by days: one rule for all of them.

A transaction counts on the day it was booked, by Britain's calendar, and always in its month
(`LedgerTxn.period`): the files of a month's days hold what the month's figures say. What happened earlier and
became known later stands on the day it was booked, and says when it happened.
"""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, text

from shop import clock
from shop.frozen import frozen
from shop.orm import UtcDateTime

DECEMBER: Final = 12
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

_CONDITIONS: Final = {
    "book": "book = {book}",
    "first_month": "period >= {first_month}",
    "since": "(period > {first_month} OR booked_at >= {since})",
    "last_month": "period <= {last_month}",
    "until": "(period < {last_month} OR booked_at < {until})",
    "after_seq": "seq > {after_seq}",
    "last_seq": "seq <= {last_seq}",
    "charity": "policy_id IN (SELECT id FROM policy WHERE charity_name = {charity})",
}


def is_month(name: object) -> bool:
    """Whether it is a month as in '2026-11'; what somebody damaged by hand may be anything."""
    return isinstance(name, str) and _MONTH.fullmatch(name) is not None


def next_month(month: str) -> str:
    """The month after, both as in '2026-11'."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1}-01" if number == DECEMBER else f"{year}-{number + 1:02d}"


def months_on(month: str, number: int) -> str:
    """The month so many after (or, below zero, before) another, both as in '2026-11'."""
    count = int(month[:4]) * DECEMBER + int(month[5:]) - 1 + number
    return f"{count // DECEMBER}-{count % DECEMBER + 1:02d}"


def first_day(month: str) -> date:
    """The first of a month given as in '2026-11'."""
    return date(int(month[:4]), int(month[5:]), 1)


def last_day(month: str) -> date:
    """The last day of a month given as in '2026-11'."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def counts_on(period: str, booked_at: datetime) -> date:
    """The day a transaction counts on: of its booking, but inside its month.

    The two differ for what was booked after its month was closed early, and for an hour at the end of a
    summer month in ledgers whose months were once UTC's.
    """
    return max(first_day(period), min(clock.in_britain(booked_at).date(), last_day(period)))


@frozen
class Part:
    """A book's transactions by the days they count on, both inclusive, or by their numbers."""

    book: str
    first: date | None = None
    last: date | None = None

    after_seq: int | None = None
    """From the transaction after this one on; None for the first."""
    last_seq: int | None = None
    """Up to and including this transaction; None for all there are."""
    charity: str | None = None
    """What is for this one alone; None for all."""

    @property
    def bounds(self) -> dict[str, Any]:
        """What was asked, by the parameters of `where`."""
        asked: dict[str, Any] = {"book": self.book}
        if self.first is not None:
            asked["first_month"] = self.first.isoformat()[:7]
            if self.first.day > 1:
                asked["since"] = clock.begins(self.first)
        if self.last is not None:
            asked["last_month"] = self.last.isoformat()[:7]
            if self.last < last_day(asked["last_month"]):
                asked["until"] = clock.begins(self.last + timedelta(days=1))
        rest = {"after_seq": self.after_seq, "last_seq": self.last_seq, "charity": self.charity}
        return asked | {name: value for name, value in rest.items() if value is not None}

    def where(self, parameter: str) -> str:
        """The condition in SQL; `parameter` is how the driver names one, as in ":{}"."""
        bounds = self.bounds
        names = {name: parameter.format(name) for name in bounds}
        return " AND ".join(_CONDITIONS[name].format_map(names) for name in bounds)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same for a query over LedgerTxn."""
        types = {"since": UtcDateTime(), "until": UtcDateTime()}
        named = [bindparam(name, value, types.get(name)) for name, value in self.bounds.items()]
        return and_(text(self.where(":{}")).bindparams(*named))
