"""The planner lives through the simulated year, once in health, once with the illness fixed for it."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

import pytest

from tests.planning.planned_shop import PlannedShop, SecondThoughts
from tests.planning.simulated_year import ORDERS, Parcel, Year, days

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def healthy() -> tuple[Year, Sequence[Parcel]]:
    year = Year(PlannedShop(), illness=False)
    return year, year.run()


@pytest.fixture(scope="module")
def ill() -> tuple[Year, Sequence[Parcel]]:
    year = Year(PlannedShop(), illness=True)
    return year, year.run()


def due(year: Year, parcels: Sequence[Parcel]) -> list[Parcel]:
    """Those whose day came before the year was over."""
    return [parcel for parcel in parcels if parcel.promised.posted_by < year.until]


def slack(year: Year, parcel: Parcel) -> int:
    """Days of work between posting and the day promised; below 0 when it was late."""
    posted, by = parcel.posted or year.until, parcel.promised.posted_by
    between = days(min(posted, by) + timedelta(days=1), max(posted, by))
    return sum(map(year.open, between)) * (1 if posted <= by else -1)


def test_in_health_all_but_one_in_two_hundred_leave_by_the_day_promised(healthy) -> None:
    year, parcels = healthy
    asked = due(year, parcels)
    assert len(asked) > 0.95 * ORDERS
    assert sum(parcel.late for parcel in asked) <= 0.005 * len(asked)
    assert sum(parcel.told is not None for parcel in asked) <= 0.005 * len(asked)


def test_half_of_all_dates_are_no_more_than_a_working_day_later_than_need_be(healthy) -> None:
    year, parcels = healthy
    assert 0 <= median(slack(year, parcel) for parcel in due(year, parcels)) <= 1


def test_whoever_is_concerned_by_illness_is_told_the_same_day(ill) -> None:
    _, parcels = ill
    concerned = [parcel for parcel in parcels if parcel.concerned]
    assert len(concerned) > 50
    assert [p for p in concerned if p.told is None or (p.concerned and p.told > p.concerned)] == []


def test_nobody_is_frightened_for_nothing(ill) -> None:
    year, parcels = ill
    asked = due(year, parcels)
    assert sum(parcel.told is not None and not parcel.late for parcel in asked) <= 0.005 * len(asked)
    assert {parcel.promised.posted_by for parcel in asked if parcel.late and not parcel.told} == set()


@pytest.mark.parametrize("year", ["healthy", "ill"])
def test_the_page_of_a_piece_shows_the_day_that_is_promised(year: str, request) -> None:
    lived, _ = request.getfixturevalue(year)
    assert lived.differing == []


def test_the_days_that_buyers_asked_for_are_kept(healthy) -> None:
    year, parcels = healthy
    lost = {number for numbers in year._lost().values() for number in numbers}
    came = [(p, p.buyer, p.arrived) for p in parcels if p.arrived and p.buyer.number not in lost]
    kept = [(buyer, arrived) for parcel, buyer, arrived in came if not parcel.late and parcel.promised.kept]
    wished: list[tuple[date | None, date]]
    wished = [(buyer.not_on, arrived) for buyer, arrived in kept]
    assert all(day != arrived for day, arrived in wished)
    wished = [(buyer.not_before, arrived) for buyer, arrived in kept]
    assert all(day <= arrived for day, arrived in wished if day)
    wished = [(buyer.needed_by, arrived) for buyer, arrived in kept]
    assert all(day >= arrived for day, arrived in wished if day)
    assert sum(day is not None for day, _ in wished) > 40


def test_whoever_takes_the_days_back_is_promised_an_earlier_one_that_is_kept_as_all_others(healthy) -> None:
    year = Year(SecondThoughts(), illness=False)
    parcels = due(year, year.run())
    held = {parcel.buyer.number: parcel.promised for parcel in healthy[1] if parcel.promised.post_from}
    freed = [parcel for parcel in parcels if parcel.buyer.number in held]
    assert len(freed) > 50
    assert {parcel.promised.post_from for parcel in freed} == {None}
    assert all(parcel.promised.posted_by <= held[parcel.buyer.number].posted_by for parcel in freed)
    assert sum(parcel.late for parcel in parcels) <= 0.005 * len(parcels)
    assert sum(parcel.late for parcel in freed) <= 0.01 * len(freed)
