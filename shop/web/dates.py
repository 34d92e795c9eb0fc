"""Days and moments as pages write them; templates have each as a filter of its name."""

from datetime import date, datetime


def day(moment: date) -> str:
    """3 November 2026: in sentences."""
    return f"{moment:%-d %B %Y}"


def short_day(moment: date) -> str:
    """3 Nov 2026: in tables, and wherever there is little room."""
    return f"{moment:%-d %b %Y}"


def minute(moment: datetime) -> str:
    """3 Nov 2026, 14:05: for staff, in UTC."""
    return f"{moment:%-d %b %Y, %H:%M}"
