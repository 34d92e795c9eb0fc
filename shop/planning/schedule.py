"""When the owner works, and how much a day comes to: what was said of it last holds, and all is kept."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.planning.bank_holidays import Nation, bank_holidays
from shop.planning.models import ClosedDays, WorkWeek

SUNDAY: Final = 6
EARLIEST_LAST_POST: Final = 6
"""The hour before which no last post is taken down: an order could count for a day that has not begun."""
BEFORE_LAST_POST: Final = timedelta(hours=4)
"""An order that comes so long before the last post counts for that day; a later one for the next."""

AFTER_LAST_POST: Final = timedelta(hours=4)
"""So long after the last post a day is over: what was posted may be written down a little later."""


def is_posted_on(weekday: int) -> bool:
    """Whether the post collects on this day of the week; Monday is 0. It does not on Sundays."""
    return weekday != SUNDAY


@frozen
class Schedule:
    """The owner's days."""

    pace: int
    """Engraved units a day that can be done."""
    weekdays: tuple[int, ...]
    """Monday is 0."""
    last_post: time
    """When parcels go, in British time: what is packed later goes the next day."""
    nation: Nation
    """Where the bench stands: its bank holidays are kept."""
    closed: tuple[tuple[date, date], ...] = ()
    """Days and weeks away, each its first and last."""

    def works(self, day: date) -> bool:
        """Whether anybody is at the bench on this day."""
        return (
            day.weekday() in self.weekdays
            and day not in bank_holidays(self.nation, day.year)
            and not any(first <= day <= last for first, last in self.closed)
        )

    def posts(self, day: date) -> bool:
        """Whether parcels go on this day."""
        return self.works(day) and is_posted_on(day.weekday())

    def workdays(self, first: date) -> Iterator[date]:
        """The days of work from this one on, without end."""
        return (day for day in _days(first) if self.works(day))

    def posting_day(self, first: date) -> date:
        """This day, or the first after it on which parcels go."""
        return next(day for day in _days(first) if self.posts(day))

    def first_for(self, at: datetime) -> date:
        """The first day that may count for an order that comes at this moment; see BEFORE_LAST_POST."""
        return self._day_at(at, -BEFORE_LAST_POST)

    def first_left(self, at: datetime) -> date:
        """Today, or tomorrow once today is over; see AFTER_LAST_POST."""
        return self._day_at(at, AFTER_LAST_POST)

    def _day_at(self, at: datetime, shift: timedelta) -> date:
        here = clock.in_britain(at)
        ends = datetime.combine(here.date(), self.last_post, clock.BRITAIN) + shift
        return here.date() + timedelta(days=here > ends)


NEW: Final = Schedule(10, (0, 1, 2, 3, 4), time(16), Nation.ENGLAND_AND_WALES)
"""Until the owner says otherwise: a guess that promises little."""

_NEWEST: Final = select(WorkWeek).order_by(WorkWeek.id.desc()).limit(1)
_CLOSED: Final = select(ClosedDays).where(ClosedDays.opened_at.is_(None))


def current(session: Session) -> Schedule:
    """The owner's days, as they stand now."""
    week = session.scalars(_NEWEST).one_or_none()
    away = tuple((row.first, row.last) for row in closed_from(session, clock.today()))
    if week is None:
        return Schedule(NEW.pace, NEW.weekdays, NEW.last_post, NEW.nation, away)
    weekdays = tuple(int(digit) for digit in week.weekdays)
    return Schedule(week.pace, weekdays, time.fromisoformat(week.last_post), Nation(week.nation), away)


def was_said(session: Session) -> bool:
    """Whether the owner has said anything of a week yet."""
    return session.scalars(_NEWEST).first() is not None


def save(session: Session, schedule: Schedule, *, actor: str) -> None:
    """Let this week hold from now on; what is `closed` is said by itself."""
    session.add(
        WorkWeek(
            pace=schedule.pace,
            weekdays="".join(map(str, schedule.weekdays)),
            last_post=f"{schedule.last_post:%H:%M}",
            nation=schedule.nation,
            saved_at=clock.now(),
            saved_by=actor,
        )
    )


def closed_from(session: Session, day: date) -> Sequence[ClosedDays]:
    """The days and weeks away that are not over on this day, the next first."""
    return session.scalars(_CLOSED.where(ClosedDays.last >= day).order_by(ClosedDays.first)).all()


def close(session: Session, first: date, last: date, *, actor: str) -> None:
    """Say that nobody works from this day to that; saying it twice is once."""
    if not any((row.first, row.last) == (first, last) for row in closed_from(session, first)):
        session.add(ClosedDays(first=first, last=last, written_at=clock.now(), written_by=actor))


def reopen(session: Session, closed_id: int, *, actor: str) -> bool:
    """Say that those days are worked after all. Give whether they were closed."""
    row = session.get(ClosedDays, closed_id)
    if row is None or row.opened_at is not None:
        return False
    row.opened_at, row.opened_by = clock.now(), actor
    return True


def _days(first: date) -> Iterator[date]:
    day = first
    while True:
        yield day
        day += timedelta(days=1)
