"""The time, in UTC. Everything that asks for it asks here, so that a test can set it."""

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

BRITAIN: Final = ZoneInfo("Europe/London")
"""Where the shop is, and whose days and hours its people live by."""


def now() -> datetime:
    """This moment as an aware UTC datetime."""
    return datetime.now(UTC)


def in_britain(moment: datetime) -> datetime:
    """The same moment by Britain's clocks."""
    return moment.astimezone(BRITAIN)


def today() -> date:
    """Today by Britain's calendar."""
    return in_britain(now()).date()


def month(moment: datetime) -> str:
    """The month of a moment by Britain's calendar, as in '2026-11': text that sorts by time."""
    return f"{in_britain(moment):%Y-%m}"


def begins(day: date) -> datetime:
    """The moment in UTC at which a day begins by Britain's clocks."""
    return datetime.combine(day, time(), BRITAIN).astimezone(UTC)
