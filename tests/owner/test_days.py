"""The owner's days: what was said last holds, pages follow it at once, and whom it concerns is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from shop import clock
from shop.planning import schedule
from shop.planning.bank_holidays import Nation
from shop.planning.models import ClosedDays, WorkWeek
from shop.worker import Worker
from tests.harness import Harness
from tests.shopper import Shopper, reason_beside, soup

NOON: datetime = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
PAGE, AWAY = "/owner/days", "/owner/days/away"


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    return now


def promised(who: Shopper) -> str:
    return " ".join(soup(Shopper(who.app).get("/pieces/disc")).select_one(".choose-head .whole").text.split())  # type: ignore[union-attr]


def test_what_is_written_down_moves_the_day_on_the_pages_at_once(owner: Shopper) -> None:
    assert promised(owner) == "Wednesday 2 December"
    assert "Nothing is recorded yet" in owner.get(PAGE).text
    answer = owner.send(PAGE, PAGE, {"last_post": "17:00"})
    assert "Nothing is recorded yet" not in owner.get(PAGE).text
    assert answer.status_code == 303
    assert promised(owner) == "Tuesday 1 December"
    assert owner.send(PAGE, PAGE, {"tuesday": None, "nation": "Scotland"}).status_code == 303
    assert promised(owner) == "Thursday 3 December", "St Andrew's Day is a holiday in Scotland"
    with owner.database.reading() as session:
        now = schedule.current(session)
        assert (now.weekdays, now.nation) == ((0, 2, 3, 4), Nation.SCOTLAND)
        weeks = session.scalars(select(WorkWeek)).all()
    assert {week.saved_by for week in weeks} == {"owner@example.com"}
    assert len(weeks) == 2


def test_days_away_move_it_and_can_be_taken_back(owner: Shopper) -> None:
    answer = owner.send(PAGE, AWAY, {"first": "1 Dec", "last": "the fourth of December"})
    assert answer.status_code == 303
    assert "Every day that was promised can still be kept" in owner.get(PAGE).text
    assert promised(owner) == "Tuesday 8 December"
    assert owner.send(PAGE, AWAY, {"first": "2026-12-01", "last": "2026-12-04"}).status_code == 303
    with owner.database.reading() as session:
        assert len(session.scalars(select(ClosedDays)).all()) == 1
    (button,) = soup(owner.get(PAGE)).select("form[action$='/end']")
    assert owner.send(PAGE, str(button["action"])).status_code == 303
    assert promised(owner) == "Wednesday 2 December"
    assert owner.post(str(button["action"]), {}).status_code in {400, 404}
    with owner.database.reading() as session:
        (row,) = session.scalars(select(ClosedDays))
        assert (row.opened_by, row.opened_at) == ("owner@example.com", NOON)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("pace", "0"), ("pace", "201"), ("pace", "٣"), ("last_post", "4pm"), ("last_post", "05:59"),
     ("last_post", "16:00+01:00"), ("nation", "Wales")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(owner: Shopper, field: str, typed: str) -> None:
    answer = owner.send(PAGE, PAGE, {field: typed})
    assert answer.status_code == 422
    assert reason_beside(answer, field)
    with owner.database.reading() as session:
        assert schedule.current(session) == schedule.NEW


@pytest.mark.parametrize("worked", [{}, {"sunday": "y"}])
def test_some_day_has_to_be_worked_on_which_parcels_go(owner: Shopper, worked: dict[str, str]) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    answer = owner.send(PAGE, PAGE, {**dict.fromkeys(days), **worked})
    assert answer.status_code == 422
    assert "at least one day" in reason_beside(answer, "monday")


@pytest.mark.parametrize(
    ("first", "last", "beside"),
    [("2026-11-29", "", "first"), ("2026-12-02", "2026-12-01", "last"), ("2026-12-01", "2027-12-01", "last"),
     ("never", "2026-12-01", "first")],
)  # fmt: skip
def test_days_away_that_make_no_sense_are_refused(owner: Shopper, first: str, last: str, beside: str) -> None:
    answer = owner.send(PAGE, AWAY, {"first": first, "last": last})
    assert answer.status_code == 422
    assert reason_beside(answer, beside)


def test_whoever_was_promised_a_day_that_is_closed_now_is_written_to_the_same_day(
    owner: Shopper, harness: Harness, moment: list[datetime]
) -> None:
    buyer = Shopper(owner.app)
    buyer.to_payment()
    buyer.press_pay()
    harness.pays(1)
    harness.sync(1)
    assert harness.order(1).posted_by == date(2026, 12, 2)
    moment.append(NOON + timedelta(hours=9))
    owner.send(PAGE, AWAY, {"first": "2026-12-01", "last": "2026-12-02"})
    assert "1 order cannot be posted by the day promised" in owner.get(PAGE).text
    assert Worker(owner.app)._tell_late()
    assert harness.emails(1).count("late") == 1
    assert "In danger: the buyer was told Friday 4 December" in owner.get("/owner/bench").text
