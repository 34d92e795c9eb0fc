"""Months of the books, and the moments and days that they are made of."""

from datetime import date, datetime

from shop import clock
from shop.frozen import frozen
from shop.giving.booking_days import first_day, last_day, next_month


@frozen
class Bounds:
    """Some months, as in '2026-11', both included."""

    first: str
    last: str

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When the first begins and the last is over, by Britain's calendar."""
        return clock.begins(first_day(self.first)), clock.begins(first_day(next_month(self.last)))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return first_day(self.first), last_day(self.last)


def one_month(name: str) -> Bounds:
    """That month alone."""
    return Bounds(name, name)
