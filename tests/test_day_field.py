"""The day in a form of those who work here: typed as people write it, and never another than was meant."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from shop import clock, web
from shop.web.day_field import NO_DAY, NO_YEAR

TODAY = datetime(2026, 11, 27, 12, tzinfo=UTC)


class DaysForm(web.Form):
    past = web.DayField("Paid on")
    future = web.DayField("Away from", near="future")
    either = web.DayField("Begins on", near="")


@pytest.fixture(autouse=True)
def request_context(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "now", lambda: TODAY)
    app = Flask("forms")
    app.config.update(SECRET_KEY="x" * 40, WTF_CSRF_ENABLED=False)
    with app.test_request_context("/", method="POST"):
        yield


def read(field: str, typed: str) -> tuple[date | None, str]:
    form = DaysForm(formdata=MultiDict({field: typed}))
    form.validate()
    return form[field].data, (form[field].errors or [""])[0]


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("past", "15 Dec", date(2025, 12, 15)),
        ("past", "27/11", date(2026, 11, 27)),
        ("past", "3 November", date(2026, 11, 3)),
        ("future", "15 Dec", date(2026, 12, 15)),
        ("future", "27 November", date(2026, 11, 27)),
        ("future", "the third of January", date(2027, 1, 3)),
        ("either", "15.12.2026", date(2026, 12, 15)),
        ("past", "2026-11-03", date(2026, 11, 3)),
        ("past", "2027-01-03", date(2027, 1, 3)),
        ("past", "", None),
    ],
)
def test_a_day_is_read_as_it_is_meant_there(field: str, typed: str, meant: date | None) -> None:
    assert read(field, typed) == (meant, "")


@pytest.mark.parametrize("typed", ["soon", " ", "31 June", "12/2026", "1" * 500, "Monday 3 November"])
def test_what_could_be_another_day_is_refused_and_stands_as_it_was_typed(typed: str) -> None:
    assert read("past", typed) == (None, NO_DAY)
    form = DaysForm(formdata=MultiDict({"past": typed}))
    assert form.past._value() == typed


def test_where_past_and_future_are_both_likely_the_year_is_asked_for() -> None:
    assert read("either", "15 Dec") == (None, NO_YEAR)
    assert read("either", "15 Dec 2025") == (date(2025, 12, 15), "")


def test_a_field_that_comes_back_says_which_day_was_understood() -> None:
    form = DaysForm(formdata=MultiDict({"past": "3/11"}))
    assert form.past._value() == "3 Nov 2026"


def test_no_page_has_a_calendar_that_drops_what_it_cannot_read() -> None:
    templates = Path(__file__).parents[1] / "templates"
    assert [path.name for path in templates.rglob("*.html") if 'type="date"' in path.read_text()] == []
