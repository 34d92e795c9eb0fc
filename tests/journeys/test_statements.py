"""What one purchase asks of the database, request by request: whoever adds a statement says so here."""

import pytest
from flask import Flask

from tests.benchmarks.one_purchase import BUYER, Cost, Purchases

BUDGETS = {
    "sqlite": {"add": 4, "form": 2, "details": 4, "last look": 3, "pay": 24, "card": 6, "thanks": 30},
    "postgresql": {"add": 4, "form": 2, "details": 4, "last look": 3, "pay": 25, "card": 6, "thanks": 30},
}
ROUND_TRIPS = {"add": 6, "form": 2, "details": 6, "last look": 3, "pay": 31, "card": 8, "thanks": 32}
"""What travels to PostgreSQL and back: statements, and what begins and ends transactions."""
FOLLOWING = {"events": 6, "look": 15, "e-mail": 11}


@pytest.fixture(scope="module")
def bought() -> dict[str, dict[str, Cost]]:
    """By the database's name: what was asked stays the same however often it is looked at."""
    return {}


@pytest.fixture
def steps(
    app: Flask, engine_name: str, bought: dict[str, dict[str, Cost]], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Cost]:
    """The third purchase of a process: the first reads what is kept, the second finds the terms there.

    What every page shows is read once a second, by whoever comes first: here it is left out.
    """
    if engine_name not in bought:
        monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", 3600)
        purchases = Purchases(app)
        purchases.buy()
        purchases.buy()
        bought[engine_name] = purchases.buy()
    return bought[engine_name]


def test_each_request_of_a_purchase_keeps_to_its_number_of_statements(
    steps: dict[str, Cost], engine_name: str
) -> None:
    sent = {name: len(steps[name].statements) for name in BUYER}
    assert {name: count for name, count in sent.items() if count > BUDGETS[engine_name][name]} == {}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_each_request_of_a_purchase_keeps_to_its_number_of_journeys_to_the_server(
    steps: dict[str, Cost],
) -> None:
    travelled = {name: steps[name].round_trips for name in BUYER}
    assert {name: count for name, count in travelled.items() if count > ROUND_TRIPS[name]} == {}


def test_what_follows_a_purchase_keeps_to_its_number_of_statements(steps: dict[str, Cost]) -> None:
    sent = {name: len(steps[name].statements) for name in FOLLOWING}
    assert {name: count for name, count in sent.items() if count > FOLLOWING[name]} == {}


def test_nothing_but_what_can_change_between_two_looks_is_asked_twice_in_a_request(
    steps: dict[str, Cost],
) -> None:
    looked_at = {name: cost.counted for name, cost in steps.items() if name in {"form", "last look"}}
    assert {
        statement for counted in looked_at.values() for statement, count in counted.items() if count > 1
    } == set()
