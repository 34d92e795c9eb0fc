"""Rows and sentences of what is due to charities."""

from collections.abc import Sequence
from datetime import date, timedelta

from shop.frozen import frozen
from shop.giving.due import Due, DueMonth
from shop.giving.reminders import AHEAD
from shop.money import pounds_and_pence
from shop.web.cells import Cells, Status
from shop.web.dates import day, month_name, short_day


@frozen
class ShownDue:
    """What is due to one charity: the clock, and what makes it up."""

    caption: str
    clock: Status
    rows: Sequence[Cells]
    foot: Cells


def shown_due(due: Due, today: date) -> ShownDue:
    """What is due to one charity."""
    rows = [_row(month) for month in due.months]
    if due.earlier_pence:
        rows = [["Earlier", "", pounds_and_pence(due.earlier_pence), ""], *rows]
    return ShownDue(
        f"What {due.charity_name} is owed",
        due_clock(due, today),
        rows,
        ["In all", "", pounds_and_pence(due.pence), ""],
    )


def due_clock(due: Due, today: date) -> Status:
    """How long there is, or how late it is."""
    left = (due.due_on - today).days
    if left < 0:
        late = due.due_by(today - timedelta(days=1))
        more = f"{pounds_and_pence(late)} to {due.charity_name} should have been paid over."
        return Status(f"Overdue since {day(due.due_on)}", "bad", f": {_days(-left)} late. {more}")
    when = f"Due in {_days(left)}" if left else "Due today"
    more = f": {pounds_and_pence(due.due_by(due.due_on))} to {due.charity_name}, by {day(due.due_on)}."
    return Status(when, "wait" if left <= AHEAD.days else "quiet", more)


def _row(month: DueMonth) -> Cells:
    until = short_day(month.due_until)
    by = until if month.due_from == month.due_until else f"{short_day(month.due_from)} to {until}"
    gifts = f"{month.gifts:,} × {pounds_and_pence(month.amount_pence)}"
    return [month_name(month.month), gifts, pounds_and_pence(month.pence), by]


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
