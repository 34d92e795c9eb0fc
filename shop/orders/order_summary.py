"""What an order is, in sentences: the same in basket, last look, thanks, order page and confirmation e-mail.

Whom it is for, when it is posted and should arrive, by what post, and whether that is in time for the day it
is needed. Never more than was promised: see planning/planner.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from typing import Any, Final, Protocol

from shop.frozen import frozen
from shop.web.dates import weekday

HOW: Final = {"needed_by": "by", "not_before": "not before", "not_on": "not on"}
"""See planner.Wishes."""
IN_TIME: Final = "It should be there in good time."
TOO_LATE: Final = "We can no longer promise that day."
WE: Final = "We"
IF_NOW: Final = "If you order now, we"
"""Before anything is agreed."""


class Days(Protocol):
    """When something is posted and arrives: a promise, an order, or how its day stands."""

    @property
    def posted_by(self) -> date | None:
        """The day by which it leaves."""

    @property
    def post_from(self) -> date | None:
        """The day before which it does not leave."""

    @property
    def arrives_by(self) -> date | None:
        """The day by which it should be there."""


@frozen
class Sentence:
    """Sentences, of which a part may be set off: a day, or a name that somebody typed (`theirs`)."""

    said: str = field(default="", repr=False)
    strong: str = field(default="", repr=False)
    theirs: bool = False

    @property
    def parts(self) -> tuple[str, str, str]:
        """What stands before the strong part, it, and what stands after it."""
        return self.said.partition(self.strong) if self.strong else (self.said, "", "")


@frozen
class OrderSummary:
    """An order in sentences; each is empty where there is nothing to say."""

    recipient: Sentence
    day: Sentence
    asked: str
    """What was asked of the day it arrives, and whether it is kept."""


def order_summary(
    contact: Mapping[str, Any] | None,
    days: Days | None,
    service: str = "",
    *,
    as_gift: bool = False,
    wishes: Mapping[str, str] | None = None,
    who: str = WE,
    what: str = "it",
) -> OrderSummary:
    """The sentences about an order. `service`: the name of the post it goes by; "" while none was chosen.

    `wishes` are ISO days by their names.
    """
    return OrderSummary(
        recipient_said((contact or {}).get("name", ""), as_gift=as_gift),
        day_said(days, service, who=who, what=what),
        asked_said(wishes or {}, days.arrives_by if days else None),
    )


def recipient_said(name: str, *, as_gift: bool) -> Sentence:
    """Whom it is for; empty where nobody is named yet, or not any more."""
    if not name:
        return Sentence()
    return Sentence(f"{'It is a gift for' if as_gift else 'It goes to'} {name}.", name, theirs=True)


def day_said(days: Days | None, service: str, *, who: str = WE, what: str = "it") -> Sentence:
    """By which day `what` is posted, and by which it should arrive; empty where nothing was promised."""
    if days is None or days.posted_by is None:
        return Sentence()
    by = weekday(days.posted_by)
    since = f", and not before {weekday(days.post_from)}" if days.post_from else ""
    said = f"{who} post {what} by {by}{since}."
    if service and days.arrives_by:
        said += f" With {service}, it should arrive by {weekday(days.arrives_by)}."
    return Sentence(said, by)


def asked_said(wishes: Mapping[str, str], arrives_by: date | None = None) -> str:
    """The wishes said back, and whether it should be there by the day it is needed; empty without any."""
    if not (days := days_said(wishes)):
        return ""
    asked = f"You asked for it to arrive {days}."
    if not wishes.get("needed_by") or arrives_by is None:
        return asked
    kept = arrives_by <= date.fromisoformat(wishes["needed_by"])
    return f"{asked} {IN_TIME if kept else TOO_LATE}"


def days_said(wishes: Mapping[str, str], written: Callable[[date], str] = weekday) -> str:
    """The days asked for, as in "by Friday 18 December, not on Monday 14 December"; empty without any."""
    days = {how: wishes[wish] for wish, how in HOW.items() if wishes.get(wish)}
    return ", ".join(f"{how} {written(date.fromisoformat(day))}" for how, day in days.items())
