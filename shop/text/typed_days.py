"""Days as people write: 15 Dec, 15/12, 15th December 2026, the fifteenth of December. The day comes first.

Read only where it can mean one day. "Before Christmas" or "soon" is nobody's to guess.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from shop.text.typed_text import kept_code

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_NINE: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_COUNTED: Final = (
    *_FIRST_NINE,
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"),
    *("sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
    *(f"twenty-{one}" for one in _FIRST_NINE),
    *("thirtieth", "thirty-first"),
)
"""Ordinals, the first of them 1."""

_ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_FIGURES: Final = re.compile(r"(?P<day>\d{1,2})([./-])(?P<month>\d{1,2})(?:\2(?P<year>\d{4}|\d\d))?\.?")
_NUMBER: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR: Final = re.compile(r"\d{4}")
_SHORTEST: Final = 3
"""Letters of a month or weekday that tell it from the others."""


class Years(NamedTuple):
    """Which year a day has that was written without one."""

    today: date
    latest: bool

    @property
    def near(self) -> tuple[int, int]:
        """This year, and then the one before or after it."""
        return self.today.year, self.today.year + (-1 if self.latest else 1)


def read_day(typed: str, today: date, *, latest: bool = False) -> date | None:
    """The day somebody means; None where it is none, or could be another.

    Without a year it is the first such day after today, or the latest up to today.
    """
    text = kept_code(typed).lower()
    years = Years(today, latest)
    if figures := _ISO.fullmatch(text) or _FIGURES.fullmatch(text):
        year = figures["year"]
        if year and len(year) == 2:  # noqa: PLR2004
            year = f"{today.year // 100}{year}"
        return _day(int(figures["day"]), int(figures["month"]), int(year) if year else None, years)
    return _in_words(text, years)


def _in_words(text: str, years: Years) -> date | None:
    text = re.sub(r"\b(twenty|thirty) (?=first|second|third|fourth|fifth|sixth|sev|eig|nin)", r"\1-", text)
    words = [word for word in re.split(r"[\s,.]+", text) if word and word not in {"the", "of"}]
    weekdays = [*_one_of(_WEEKDAYS, words[:1])]
    rest = words[1:] if weekdays else words
    year = int(rest.pop()) if len(rest) == 3 and _YEAR.fullmatch(rest[-1]) else None  # noqa: PLR2004
    if len(rest) != 2:  # noqa: PLR2004
        return None
    months, numbers = [*_one_of(_MONTHS, rest)], [*filter(None, map(_number, rest))]
    if len(months) != 1 or len(numbers) != 1:
        return None
    found = _day(numbers[0], months[0] + 1, year, years)
    return None if weekdays and found and found.weekday() != weekdays[0] else found


def _one_of(names: tuple[str, ...], words: list[str]) -> Iterator[int]:
    """Which of the names the words are, whole or shortened."""
    for word in words:
        if len(word) >= _SHORTEST:
            yield from (at for at, name in enumerate(names) if name.startswith(word))


def _number(word: str) -> int:
    if figures := _NUMBER.fullmatch(word):
        return int(figures[1])
    return _COUNTED.index(word) + 1 if word in _COUNTED else 0


def _day(day: int, month: int, year: int | None, years: Years) -> date | None:
    """That day; without a year the one that `years` say."""
    for each in (year,) if year is not None else years.near:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year is not None or (found > years.today) != years.latest:
            return found
    return None
