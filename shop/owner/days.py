"""The owner's days: how much a day comes to, which are worked, and when nobody is at the bench."""

from datetime import date, time
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectChoice, StringField
from wtforms.validators import Optional, ValidationError

from shop import clock, web
from shop.accounts.access import require
from shop.container import container, current_services
from shop.fulfilment.late import find_late
from shop.planning import schedule
from shop.planning.bank_holidays import Nation, bank_holidays
from shop.planning.planner import earliest
from shop.planning.schedule import Schedule
from shop.web.dates import short_day, weekday

blueprint = Blueprint("owner_days", __name__, url_prefix="/owner/days")

MOST_A_DAY: Final = 200
LONGEST: Final = 90
"""Days away in one go."""

NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAYS_SHOWN: Final = 6


class WeekForm(web.Form):
    """What a day comes to, and on which there is one."""

    pace = StringField("Engraved pieces a day")
    monday = BooleanField("Monday")
    tuesday = BooleanField("Tuesday")
    wednesday = BooleanField("Wednesday")
    thursday = BooleanField("Thursday")
    friday = BooleanField("Friday")
    saturday = BooleanField("Saturday")
    sunday = BooleanField("Sunday")
    last_post = StringField("When parcels go")
    nation = RadioField(
        "Where the bench is",
        choices=[SelectChoice(nation.value, nation.value) for nation in Nation],
        validate_choice=False,
    )

    def validate_pace(self, field: StringField) -> None:
        """A whole number."""
        typed = (field.data or "").strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) < 4 and 0 < int(typed) <= MOST_A_DAY):  # noqa: PLR2004
            raise ValidationError(f"Please enter a whole number of pieces between 1 and {MOST_A_DAY}.")

    def validate_last_post(self, field: StringField) -> None:
        """A time of the day."""
        try:
            field.time = time.fromisoformat((field.data or "").strip())
        except ValueError:
            field.time = None
        if field.time is None or field.time.tzinfo or field.time.hour < schedule.EARLIEST_LAST_POST:
            raise ValidationError("Please enter a time like 16:00, not before 6 in the morning.")

    def validate_nation(self, field: RadioField) -> None:
        """One of the three."""
        if field.data not in set(Nation):
            raise ValidationError("Please choose where the bench is.")

    def validate_monday(self, _: BooleanField) -> None:
        """Some day has to be worked on which parcels go."""
        if not any(map(schedule.is_posted_on, self.weekdays)):
            raise ValidationError(
                "Please tick at least one day from Monday to Saturday: no parcels go on Sundays."
            )

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The days that are ticked; Monday is 0."""
        return tuple(number for number, name in enumerate(NAMES) if self[name.lower()].data)

    def schedule(self) -> Schedule:
        """What was said; of a form that validates."""
        last_post = self.last_post.time.replace(second=0, microsecond=0)
        return Schedule(int(self.pace.data), self.weekdays, last_post, Nation(self.nation.data))


class AwayForm(web.Form):
    """Days away."""

    first = web.DayField("First day away", near="future")
    last = web.DayField("Last day away", near="future", validators=[Optional()])

    def validate_first(self, field: web.DayField) -> None:
        """A day to come, or today."""
        if field.data is None or field.data < _today():
            raise ValidationError("Please enter a day from today on, like 24 December.")

    def validate_last(self, field: web.DayField) -> None:
        """The same day, or one after it; empty for one day."""
        if field.data and self.first.data and not 0 <= (field.data - self.first.data).days < LONGEST:
            raise ValidationError(f"Please enter a day after the first, {LONGEST} days later at most.")


@blueprint.get("")
@require("owner")
def show() -> ResponseReturnValue:
    """The days as they stand."""
    with web.reading() as session:
        now = schedule.current(session)
    return _page(WeekForm(formdata=None, data=_filled_in(now)), AwayForm(formdata=None))


@blueprint.post("")
@require("owner")
def save() -> ResponseReturnValue:
    """Let another week hold."""
    form = WeekForm()
    if not form.validate():
        return _page(form, AwayForm(formdata=None)), HTTPStatus.UNPROCESSABLE_ENTITY
    with web.transaction() as session:
        schedule.save(session, form.schedule(), actor=g.account.email)
        flash(f"Saved. {_concerned(session)}")
    return redirect("/owner/days", HTTPStatus.SEE_OTHER)


@blueprint.post("/away")
@require("owner")
def away() -> ResponseReturnValue:
    """Write down days on which nobody works."""
    form = AwayForm()
    if not form.validate():
        with web.reading() as session:
            now = schedule.current(session)
        week = WeekForm(formdata=None, data=_filled_in(now))
        return _page(week, form), HTTPStatus.UNPROCESSABLE_ENTITY
    first = form.first.data
    last = form.last.data or first
    with web.transaction() as session:
        schedule.close(session, first, last, actor=g.account.email)
        session.flush()
        flash(f"Recorded: {_said(first, last)}. {_concerned(session)}")
    return redirect("/owner/days", HTTPStatus.SEE_OTHER)


@blueprint.post("/away/<int(max=2147483647):number>/end")
@require("owner")
def reopen(number: int) -> ResponseReturnValue:
    """Say that days away are worked after all."""
    with web.transaction() as session:
        if not schedule.reopen(session, number, actor=g.account.email):
            abort(HTTPStatus.NOT_FOUND)
    flash("Those days are days of work again.")
    return redirect("/owner/days", HTTPStatus.SEE_OTHER)


def _concerned(session: Session) -> str:
    """Whose day cannot be kept with these days."""
    session.flush()
    number = len(find_late(session, current_services().book))
    if not number:
        return "Every day that was promised can still be kept."
    orders, buyers = ("1 order", "its buyer is") if number == 1 else (f"{number} orders", "their buyers are")
    return f"{orders} cannot be posted by the day promised: {buyers} written to within minutes."


def _page(week: WeekForm, away_form: AwayForm) -> str:
    today = _today()
    with web.reading() as session:
        plan, closed = container().plan(session), schedule.closed_from(session, today)
        said = schedule.was_said(session)
    fields = [*week, *away_form]
    return render_template(
        "owner/days.html",
        week=week,
        away=away_form,
        weekdays=[week[name.lower()] for name in NAMES],
        said=said,
        closed=[(row.id, _said(row.first, row.last)) for row in closed],
        holidays=_holidays(plan.schedule, today),
        waiting=f"{plan.ahead / 4:g}",
        next_day=weekday(earliest(plan, clock.now())),
        problems={field.id: field.errors[0] for field in fields if field.errors},
    )


def _holidays(now: Schedule, today: date) -> list[str]:
    coming = sorted(bank_holidays(now.nation, today.year) | bank_holidays(now.nation, today.year + 1))
    return [weekday(day) for day in coming if day >= today][:HOLIDAYS_SHOWN]


def _filled_in(now: Schedule) -> dict[str, Any]:
    days = {name.lower(): number in now.weekdays for number, name in enumerate(NAMES)}
    said = {"pace": str(now.pace), "last_post": f"{now.last_post:%H:%M}", "nation": now.nation.value}
    return days | said


def _said(first: date, last: date) -> str:
    return short_day(first) if first == last else f"{short_day(first)} to {short_day(last)}"


def _today() -> date:
    return clock.today()
