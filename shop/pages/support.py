"""Who helps: organisations from a data file. A number is shown only as long as somebody has looked lately."""

import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from shop.frozen import frozen
from shop.settings import SettingsError

SAMPLE: Final = Path(__file__).with_name("support.toml")
OWN: Final = "support.toml"
"""The name of the owner's file in the instance directory."""

SURE_ENOUGH: Final = frozenset({"H", "M"})
"""Marks of an entry whose numbers may be shown: a wrong number is worse than none."""


class SupportRefused(SettingsError):
    """The file says something that may not be shown to somebody in need."""

    def __init__(self, file: Path, what: str) -> None:
        self.file = file
        self.what = what
        super().__init__(f"{file}: {what}")


TEXT: Final = re.compile(r"Text(?: ([A-Z]+) to)?")
"""How a text line is said: 'Text SHOUT to', then the number."""

LOOK_AGAIN: Final = timedelta(days=90)
"""After so long a number or its hours may have changed."""


@frozen
class Way:
    """One way to reach somebody. `when` is empty where the hours are not known for certain."""

    say: str
    number: str
    when: str = ""

    @property
    def href(self) -> str:
        """The number as a telephone dials it; a text message already holds its keyword (RFC 5724)."""
        digits = "".join(self.number.split())
        text = TEXT.match(self.say)
        if text is None:
            return f"tel:{digits}"
        return f"sms:{digits}?body={text[1]}" if text[1] else f"sms:{digits}"


@frozen(kw_only=True)
class Entry:
    """An organisation. `ways` may be empty: then it is a link."""

    group: str
    name: str
    what: str
    url: str
    mark: str
    source: str
    checked: date
    review_by: date
    ways: tuple[Way, ...] = ()

    @property
    def no_number(self) -> str:
        """What stands in the place of its numbers when none may be shown."""
        if self.ways:
            return "We have not looked at its number lately. Its own page has it."
        return "Its own page says how to reach it."

    def ways_on(self, day: date) -> tuple[Way, ...]:
        """What may be shown on that day: nothing once the entry should have been looked at again."""
        return self.ways if day <= self.review_by else ()


@frozen
class Group:
    """Entries for one need."""

    key: str
    title: str
    lead: str
    entries: tuple[Entry, ...]


def load(instance_dir: Path) -> tuple[Group, ...]:
    """The owner's file, or the one that came with the shop. Raises SupportRefused."""
    own = instance_dir / OWN
    return read(own if own.is_file() else SAMPLE)


def read(file: Path) -> tuple[Group, ...]:
    """Read a support file. Raises SupportRefused with what to change in it."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        entries = [_entry(file, table) for table in tables["entry"]]
        return tuple(
            Group(**table, entries=tuple(entry for entry in entries if entry.group == table["key"]))
            for table in tables["group"]
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as broken:
        raise SupportRefused(file, f"this cannot be read: {broken}") from None


def overdue(groups: Iterable[Group], day: date) -> list[Entry]:
    """The entries whose numbers are no longer shown on that day."""
    return [entry for group in groups for entry in group.entries if entry.review_by < day]


def _entry(file: Path, table: dict[str, Any]) -> Entry:
    ways = tuple(Way(**way) for way in table.get("way", ()))
    entry = Entry(**{key: said for key, said in table.items() if key != "way"}, ways=ways)
    if not entry.url.startswith("https://"):
        raise SupportRefused(file, f"{entry.name} needs a link that starts with https://.")
    if not entry.source.strip():
        raise SupportRefused(file, f"{entry.name} must say where it was read.")
    if type(entry.checked) is not date or type(entry.review_by) is not date:
        raise SupportRefused(file, f"{entry.name} needs the days checked and review_by, as 2026-11-22.")
    if entry.review_by - entry.checked > LOOK_AGAIN:
        raise SupportRefused(file, f"{entry.name} must be looked at again within {LOOK_AGAIN.days} days.")
    if entry.ways and entry.mark not in SURE_ENOUGH:
        raise SupportRefused(file, f"{entry.name} has a number, but nothing sure enough to print it.")
    return entry
