"""A day that somebody who works here types, as people write one."""

from datetime import timedelta
from typing import Any, Final, Literal

from wtforms import DateField

from shop import clock
from shop.text.typed_days import read_day
from shop.web.dates import DAY_FORMATS, short_day
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
        self.guessed = False

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with a sentence for what is no day."""
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not any(valuelist):
            return
        today = clock.today()
        latest, next_one = read_day(typed, today, latest=True), read_day(typed, today - timedelta(days=1))
        self.guessed = latest != next_one
        if self.guessed and not self.near:
            raise ValueError(NO_YEAR)
        self.data = next_one if self.near == "future" else latest
        if self.data is None:
            raise ValueError(NO_DAY)

    def _value(self) -> str:
        """What was typed; where that has no year, the day that was understood, so that it is looked at."""
        if self.data and (self.guessed or not self.raw_data):
            return short_day(self.data)
        return " ".join(self.raw_data or ())
