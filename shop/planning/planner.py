"""The rules by which a day is promised, and by which it is found that a promise cannot be kept.

Work is counted in quarters of an engraved unit. Days are British days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from shop import clock
from shop.frozen import frozen
from shop.planning.bank_holidays import nation_of
from shop.planning.schedule import Schedule
from shop.planning.transit import arrives

ENGRAVED: Final = 4
PLAIN: Final = 1
"""Quarters that a unit with words takes, and one without."""

RELIABLE: Final = 95
"""Of a hundred: what of a day's pace is promised. The rest is for slips and slow days."""

SPARE: Final = 1
"""Days of post between the day a unit should be ready and the day promised."""

DRAWN_BY_HAND: Final = 3
"""Days of work more for words that are drawn by hand and looked at by the buyer."""


@frozen
class Plan:
    """What a promise depends on beside the moment."""

    schedule: Schedule
    ahead: int
    """Quarters that wait at the bench already."""

    def lately(self) -> "Plan":
        """The bench as it may have been LATELY: with half a day's work less before it."""
        return replace(self, ahead=max(0, self.ahead - ENGRAVED * self.schedule.pace // 2))


LATELY: Final = timedelta(minutes=30)
"""A day that was shown so lately is kept, though others ordered meanwhile: the spare day allows for it."""


@frozen
class Wishes:
    """What the buyer says of the day it arrives. None gives a reason."""

    needed_by: date | None = None
    not_before: date | None = None
    not_on: date | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Wishes":
        """The wishes from ISO days by their names."""
        return cls(**{wish: date.fromisoformat(day) for wish, day in said.items() if day})


NO_WISHES: Final = Wishes()


@frozen
class Promise:
    """When a parcel leaves; and when, as the post aims, it arrives."""

    posted_by: date
    post_from: date | None
    """It is not posted before this day, for a wish of the buyer's."""
    arrives_by: date


def earliest(plan: Plan, at: datetime, work: int = ENGRAVED, *, by_hand: bool = False) -> date:
    """The day by which an order that is paid for at this moment is posted.

    One unit counts as engraved, whichever it is: every page then names the same day for it.
    """
    schedule, whole = plan.schedule, plan.ahead + max(work, ENGRAVED)
    days = _days_for(whole, schedule.pace * RELIABLE / 100) + (DRAWN_BY_HAND if by_hand else 0)
    return _posted_by(schedule, schedule.first_for(at), days)


def promise(
    plan: Plan,
    at: datetime,
    work: int,
    *,
    service: str,
    postcode: str,
    wishes: Wishes = NO_WISHES,
    by_hand: bool = False,
) -> Promise:
    """What can be promised to an order. Whether it is there by the day it is needed, see `keeps`."""
    by = earliest(plan, at, work, by_hand=by_hand)
    return held_back(plan.schedule, at, by, service=service, postcode=postcode, wishes=wishes)


def held_back(
    schedule: Schedule, at: datetime, by: date, *, service: str, postcode: str, wishes: Wishes
) -> Promise:
    """What is promised to an order that can be posted by a day, and must not arrive on some."""
    to = nation_of(postcode)
    first = start = schedule.posting_day(clock.in_britain(at).date())
    while wishes.not_before and arrives(start, service, to)[0] < wishes.not_before:
        start = _next_post(schedule, start)
    if wishes.not_on and arrives(_after(schedule, by, start, first), service, to)[1] >= wishes.not_on:
        while arrives(start, service, to)[0] <= wishes.not_on:
            start = _next_post(schedule, start)
    by = _after(schedule, by, start, first)
    return Promise(by, start if start > first else None, arrives(by, service, to)[1])


def keeps(promised: Promise, wishes: Wishes) -> bool:
    """Whether it is there by the day it is needed, as the post aims."""
    return wishes.needed_by is None or promised.arrives_by <= wishes.needed_by


@frozen
class Job:
    """What of an order is still to be done, and what its buyer was told last."""

    order_id: int
    work: int
    """Quarters; 0 when all is packed."""
    by: date
    post_from: date | None = None


def in_danger(schedule: Schedule, at: datetime, jobs: Sequence[Job]) -> Mapping[int, date]:
    """The orders that cannot be posted by their day even if all goes well, each with a day that can be kept.

    `jobs` are all there are, in the order in which they are done.
    """
    today, found, work = schedule.first_left(at), {}, 0
    for job in jobs:
        work += job.work
        ready = _workday(schedule, today, _days_for(work, schedule.pace))
        if schedule.posting_day(max(ready, job.post_from or ready)) > job.by:
            again = _posted_by(schedule, today, _days_for(work, schedule.pace * RELIABLE / 100))
            found[job.order_id] = max(again, schedule.posting_day(job.post_from or again))
    return found


def _days_for(quarters: int, pace: float) -> int:
    """Days of work that these quarters take, the last of them begun."""
    return max(1, -int(-quarters // (ENGRAVED * pace)))


def _workday(schedule: Schedule, first: date, number: int) -> date:
    return next(islice(schedule.workdays(first), number - 1, None))


def _posted_by(schedule: Schedule, first: date, days: int) -> date:
    """The day promised for what takes so many days of work from the first on."""
    by = schedule.posting_day(_workday(schedule, first, days))
    for _ in range(SPARE):
        by = _next_post(schedule, by)
    return by


def _after(schedule: Schedule, by: date, start: date, first: date) -> date:
    """The day promised to what is not posted before `start`: with one to spare, if that is not the first."""
    return max(by, _next_post(schedule, start)) if start > first else by


def _next_post(schedule: Schedule, day: date) -> date:
    return schedule.posting_day(day + timedelta(days=1))
