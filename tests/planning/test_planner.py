"""Days that are promised: never one on which nobody works or posts, never an earlier one for more work."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import clock
from shop.catalogue.postage import SERVICES
from shop.planning import transit
from shop.planning.bank_holidays import SUBDIVISIONS, Nation, bank_holidays, nation_of
from shop.planning.planner import Job, Plan, Wishes, earliest, in_danger, keeps, promise
from shop.planning.schedule import NEW, SUNDAY, Schedule
from shop.planning.transit import arrives

DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
POSTCODES = st.sampled_from(["BA1 1AA", "EH1 1AA", "BT1 1AA", "TD15 1AA"])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    closed = [(first, first + timedelta(days=draw(st.integers(0, 20)))) for first in draw(st.lists(DAYS))]
    return Schedule(
        pace=draw(st.integers(1, 40)),
        weekdays=tuple(draw(st.sets(st.integers(0, 5), min_size=1))),
        last_post=time(draw(st.integers(5, 19))),
        nation=draw(st.sampled_from(list(Nation))),
        closed=tuple(closed),
    )


@given(schedules(), MOMENTS, st.integers(0, 400), st.integers(1, 40), POSTCODES)
def test_no_day_is_promised_on_which_the_bench_is_closed_or_nothing_is_posted(
    schedule: Schedule, at: datetime, ahead: int, work: int, postcode: str
) -> None:
    found = promise(Plan(schedule, ahead), at, work, service="tracked-48", postcode=postcode)
    by = found.posted_by
    assert by.weekday() in schedule.weekdays
    assert by.weekday() != SUNDAY
    assert by not in bank_holidays(schedule.nation, by.year)
    assert not any(first <= by <= last for first, last in schedule.closed)
    assert by > at.date()
    assert found.arrives_by not in bank_holidays(nation_of(postcode), found.arrives_by.year)
    assert found.arrives_by.weekday() < transit.SATURDAY


@given(schedules(), MOMENTS, st.integers(0, 400), st.integers(0, 100), st.integers(1, 40))
def test_more_on_the_bench_never_brings_an_earlier_day(
    schedule: Schedule, at: datetime, ahead: int, more: int, work: int
) -> None:
    now = earliest(Plan(schedule, ahead), at, work)
    assert now <= earliest(Plan(schedule, ahead + more), at, work)
    assert now <= earliest(Plan(schedule, ahead), at, work + more)
    assert now <= earliest(Plan(replace(schedule, pace=max(1, schedule.pace - 1)), ahead), at, work)
    assert now <= earliest(Plan(schedule, ahead), at + timedelta(hours=more), work)


@given(schedules(), DAYS, st.integers(0, 30), MOMENTS)
def test_a_closed_week_never_brings_an_earlier_day(
    schedule: Schedule, first: date, length: int, at: datetime
) -> None:
    away = replace(schedule, closed=(*schedule.closed, (first, first + timedelta(days=length))))
    assert earliest(Plan(schedule, 40), at) <= earliest(Plan(away, 40), at)


@given(schedules(), MOMENTS, st.sampled_from(list(SERVICES)), POSTCODES, st.data())
def test_what_the_buyer_says_of_the_day_is_kept_whenever_it_is_posted_within_the_promise(
    schedule: Schedule, at: datetime, service: str, postcode: str, data: st.DataObject
) -> None:
    soon = st.none() | st.dates(at.date(), at.date() + timedelta(days=90))
    wishes = Wishes(data.draw(soon), data.draw(soon), data.draw(soon))
    found = promise(Plan(schedule, 40), at, 4, service=service, postcode=postcode, wishes=wishes)
    assert schedule.posts(found.posted_by)
    to, day = nation_of(postcode), found.post_from or clock.in_britain(at).date()
    while day <= found.posted_by:
        if schedule.posts(day):
            first, last = arrives(day, service, to)
            assert wishes.not_before is None or first >= wishes.not_before
            assert wishes.not_on is None or not first <= wishes.not_on <= last
            assert wishes.needed_by is None or last <= wishes.needed_by or not keeps(found, wishes)
        day += timedelta(days=1)


@given(schedules(), MOMENTS, st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=12))
def test_a_promise_just_made_is_in_no_danger(
    schedule: Schedule, at: datetime, orders: list[tuple[int, int]]
) -> None:
    jobs, ahead = [], 0
    for number, (work, _) in enumerate(orders):
        jobs.append(Job(number, work, earliest(Plan(schedule, ahead), at, work)))
        ahead += work
    assert in_danger(schedule, at, jobs) == {}


def test_a_day_in_bed_puts_those_in_danger_who_were_promised_no_day_to_spare() -> None:
    monday = datetime(2027, 2, 1, 21, tzinfo=UTC)
    jobs = [Job(1, 40, date(2027, 2, 2)), Job(2, 4, date(2027, 2, 3)), Job(3, 0, date(2027, 2, 1))]
    assert in_danger(NEW, monday, jobs) == {3: date(2027, 2, 4)}
    assert in_danger(NEW, monday + timedelta(days=1), jobs) == {
        1: date(2027, 2, 5),
        2: date(2027, 2, 5),
        3: date(2027, 2, 5),
    }


@pytest.mark.parametrize(
    ("at", "by"),
    [
        (datetime(2027, 2, 1, 11, 59, tzinfo=UTC), date(2027, 2, 2)),
        (datetime(2027, 2, 1, 12, 1, tzinfo=UTC), date(2027, 2, 3)),
        (datetime(2027, 6, 1, 10, 59, tzinfo=UTC), date(2027, 6, 2)),
        (datetime(2027, 6, 1, 11, 1, tzinfo=UTC), date(2027, 6, 3)),
        (datetime(2027, 6, 6, 23, 30, tzinfo=UTC), date(2027, 6, 8)),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), date(2027, 3, 31)),
        (datetime(2027, 3, 25, 13, 0, tzinfo=UTC), date(2027, 3, 31)),
        (datetime(2027, 12, 24, 13, 0, tzinfo=UTC), date(2027, 12, 30)),
    ],
)
def test_days_begin_and_end_in_britain(at: datetime, by: date) -> None:
    assert earliest(Plan(NEW, 0), at) == by


@pytest.mark.parametrize(
    ("postcode", "nation"),
    [
        ("BT1 1AA", Nation.NORTHERN_IRELAND),
        ("G1 1AA", Nation.SCOTLAND),
        ("gu1 1aa", Nation.ENGLAND_AND_WALES),
        ("EH11AA", Nation.SCOTLAND),
        ("TD15 1AA", Nation.ENGLAND_AND_WALES),
        ("TD9 1AA", Nation.SCOTLAND),
        ("CF10 1AA", Nation.ENGLAND_AND_WALES),
        ("E1 1AA", Nation.ENGLAND_AND_WALES),
        ("", Nation.ENGLAND_AND_WALES),
    ],
)
def test_the_postcode_says_whose_holidays_the_post_keeps(postcode: str, nation: Nation) -> None:
    assert nation_of(postcode) is nation


def test_each_nation_has_its_own_days() -> None:
    scotland, england, ireland = (
        bank_holidays(nation, 2027)
        for nation in (Nation.SCOTLAND, Nation.ENGLAND_AND_WALES, Nation.NORTHERN_IRELAND)
    )
    easter_monday, saint_andrew, boyne = date(2027, 3, 29), date(2027, 11, 30), date(2027, 7, 12)
    assert [easter_monday in days for days in (scotland, england, ireland)] == [False, True, True]
    assert [saint_andrew in days for days in (scotland, england, ireland)] == [True, False, False]
    assert [boyne in days for days in (scotland, england, ireland)] == [False, False, True]


def test_ten_years_looked_up_together_have_the_days_that_each_has_alone() -> None:
    for nation, code in SUBDIVISIONS.items():
        for year in range(2019, 2042):
            assert bank_holidays(nation, year) == set(holidays.UnitedKingdom(subdiv=code, years=year))


def test_the_library_of_bank_holidays_is_not_kept() -> None:
    asked = (
        "from shop.planning.bank_holidays import Nation, bank_holidays; bank_holidays(Nation.SCOTLAND, 2027)"
    )
    kept = "import sys; print(*[name for name in sys.modules if name.startswith('holidays')])"
    done = subprocess.run([sys.executable, "-c", f"{asked}; {kept}"], capture_output=True, check=True)
    assert done.stdout.strip() == b""


def test_every_service_that_is_sold_has_its_days() -> None:
    assert set(SERVICES) == set(transit.DAYS)
