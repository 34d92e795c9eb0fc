"""Moments of the ledger that can be looked at even when somebody has damaged them.

SQLite keeps whatever is written into a column. A check of the ledger must say which transaction is not what
it was, and the page that says so must open: so what is no moment reads as UNREADABLE.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine

from shop.orm import UtcDateTime

UNREADABLE: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""In place of what is no moment."""


class LedgerMoment(UtcDateTime):
    """An aware UTC datetime; UNREADABLE where SQLite holds something else."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """On SQLite the way of reading that does not raise."""
        return super().load_dialect_impl(dialect) if dialect.name != "sqlite" else _reading_anything()


def _reading_anything() -> TypeEngine[Any]:
    from sqlalchemy.dialects.sqlite import DATETIME  # noqa: PLC0415 - only where it is the database in use

    class Lenient(DATETIME):
        def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
            read: Any = super().result_processor(dialect, coltype)

            def process(value: Any) -> Any:
                try:
                    return read(value)
                except (ValueError, TypeError):
                    return UNREADABLE

            return process

    lenient: Callable[[], TypeEngine[Any]] = Lenient
    return lenient()
