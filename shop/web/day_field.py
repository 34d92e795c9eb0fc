"""A day that somebody who works here types, as people write one."""

from datetime import timedelta
from typing import Any, Final, Literal

from wtforms import DateField

from shop import clock
from shop.text.typed_days import read_day
from shop.web.dates import DAY_FORMATS, day
from shop.web.forms import Line

NO_DAY: Final = "We cannot tell which day this is. Please write it like 15 December 2026 or 15/12/2026."
NO_YEAR: Final = "Please write the year as well, like 15 December 2026."


class DayField(DateField):  # type: ignore[misc, unused-ignore]
    """A day in figures or words; see read_day.

    Without a year it is the last such day up to today, or the next from today on; where `near` says neither,
    the year is asked for.
    """

    data: Any
    widget = Line.widget

    def __init__(self, label: str, *, near: Literal["past", "future", ""] = "past", **kwargs: Any) -> None:
        super().__init__(label, format=DAY_FORMATS, **kwargs)
        self.near = near

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with a sentence for what is no day."""
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not typed:
            return
        today = clock.today()
        latest, next_one = read_day(typed, today, latest=True), read_day(typed, today - timedelta(days=1))
        if not self.near and latest != next_one:
            raise ValueError(NO_YEAR)
        self.data = next_one if self.near == "future" else latest
        if self.data is None:
            raise ValueError(NO_DAY)

    def _value(self) -> str:
        """As it was understood, so that whoever looks again sees it; else as it was typed."""
        return day(self.data) if self.data else " ".join(self.raw_data or ())
