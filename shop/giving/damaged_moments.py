"""Moments and days of the ledger that can be looked at even when somebody has damaged them.

SQLite keeps whatever is written into a column. A check of the ledger must say which transaction is not what
it was, and the page that says so must open: so what is no moment reads as UNREADABLE, and what is no day as
the day of that.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Date, Dialect
from sqlalchemy.types import TypeDecorator

from shop.orm import UtcDateTime

UNREADABLE: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""In place of what is no moment."""

DAMAGED: Final = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError)
"""What looking at a row raises that holds what no program of ours writes: SQLite takes anything."""

Reader = Callable[[Any], Any] | None


class LedgerMoment(UtcDateTime):
    """An aware UTC datetime; UNREADABLE where SQLite holds something else."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        """A way of reading that does not raise."""
        return _carefully(super().result_processor(dialect, coltype), UNREADABLE)


class LedgerDay(TypeDecorator[date]):
    """A day; that of UNREADABLE where SQLite holds something else."""

    impl = Date
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Reader:
        """A way of reading that does not raise."""
        return _carefully(super().result_processor(dialect, coltype), UNREADABLE.date())


def _carefully(read: Reader, instead: date) -> Reader:
    """The same way; None where the driver gives values as they are, as PostgreSQL's does."""
    if read is None:
        return None

    def process(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, TypeError):
            return instead

    return process
