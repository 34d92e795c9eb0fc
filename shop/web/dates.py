"""Days and moments by Britain's clocks, as pages write them; templates have each as a filter of its name."""

from datetime import date, datetime
from typing import Final

from shop import clock

DAY_FORMATS: Final = ["%Y-%m-%d", "%d/%m/%Y"]
"""As a browser's calendar writes a day, and as a person does."""


def day(moment: date) -> str:
    """3 November 2026: in sentences."""
    return f"{_in_britain(moment):%-d %B %Y}"


def weekday(moment: date) -> str:
    """Thursday 3 December: a day soon to come."""
    return f"{moment:%A %-d %B}"


def short_day(moment: date) -> str:
    """3 Nov 2026: in tables, and wherever there is little room."""
    return f"{_in_britain(moment):%-d %b %Y}"


def minute(moment: datetime) -> str:
    """3 Nov 2026, 14:05: for staff."""
    return f"{_in_britain(moment):%-d %b %Y, %H:%M}"


def month_name(month: str) -> str:
    """'2026-11' as November 2026."""
    return f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}"


def _in_britain(moment: date) -> date:
    return clock.in_britain(moment) if isinstance(moment, datetime) else moment
