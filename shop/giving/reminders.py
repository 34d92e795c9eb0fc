"""When somebody is told what is due to the charity: a week before, and in each week that it is late."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving.due import Due, due
from shop.giving.models import RemittanceReminder
from shop.giving.sums import Book

AHEAD: Final = timedelta(days=7)
AGAIN: Final = timedelta(days=7)
"""Two of a kind for one charity lie so far apart at least."""


class When(StrEnum):
    """What is told."""

    BEFORE = "before"
    AFTER = "after"


@frozen
class Reminder:
    """What is to be told now of what is due to one charity."""

    due: Due
    when: When


def reminders(session: Session, book: Book) -> Sequence[Reminder]:
    """What is to be told now; nothing where no real money moves."""
    if book != "live":
        return []
    today = clock.today()
    found = [Reminder(one, _when(one, today)) for one in due(session, book) if one.due_on - AHEAD <= today]
    return [one for one in found if not _was_told(session, one, today)]


def note(session: Session, reminder: Reminder) -> None:
    """Write down that it is told."""
    row = RemittanceReminder(
        charity_name=reminder.due.charity_name,
        kind=reminder.when,
        due_on=reminder.due.due_on,
        pence=reminder.due.pence,
        told_at=clock.now(),
    )
    session.add(row)


def _when(one: Due, today: date) -> When:
    return When.AFTER if one.due_on < today else When.BEFORE


def _was_told(session: Session, one: Reminder, today: date) -> bool:
    """Whether it was told of this week; what is due on one day is told of once before it."""
    of_kind = (
        RemittanceReminder.charity_name == one.due.charity_name,
        RemittanceReminder.kind == one.when.value,
    )
    last = session.scalar(select(func.max(RemittanceReminder.told_at)).where(*of_kind))
    if last is not None and clock.in_britain(last).date() + AGAIN > today:
        return True
    same_day = (*of_kind, RemittanceReminder.due_on == one.due.due_on)
    told = session.scalar(select(func.count()).select_from(RemittanceReminder).where(*same_day))
    return one.when is When.BEFORE and bool(told)
