"""Two years of giving, the clock changed four times: every month has one figure, the charity its due."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import copy_of
from tests.faults.lives.world import World, a_world
from tests.faults.stripe_server import server
from tests.faults.two_years import TwoYears, books_after

CASES = [
    ("sqlite", 1, 30, 280),  # over both changes of the clock
    *(pytest.param(name, 25, 80, 731, marks=pytest.mark.faults_long) for name in ("sqlite", "postgresql")),
]
"""Of each database: how many histories, of how many steps, over how many days."""
ORDERS = [
    ("sqlite", 1, 2),
    *(pytest.param(name, 30, 8, marks=pytest.mark.faults_long) for name in ("sqlite", "postgresql")),
]
"""The same: how many histories, in how many orders of their news."""


@pytest.fixture
def worlds(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], AbstractContextManager[World]]:
    """Open a shop of its own at its Stripe, on a database of its own, each time."""
    numbers = count()

    @contextmanager
    def opened() -> Iterator[World]:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        with (
            copy_of("furnished", engine_name, request, folder) as url,
            pytest.MonkeyPatch.context() as patch,
            a_world(url, folder, "years", patch, deadliness=0) as world,
        ):
            patch.setattr(server, "answer_problems", lambda *_: ())  # which takes long, and the lives ask
            yield world

    return opened


@pytest.mark.faults
@pytest.mark.parametrize(("engine_name", "histories", "steps", "days"), CASES, indirect=["engine_name"])
def test_in_two_years_of_anything_every_month_has_one_figure_and_the_charity_its_due(
    worlds: Callable[[], AbstractContextManager[World]],
    engine_name: str,
    histories: int,
    steps: int,
    days: int,
) -> None:
    seen: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: TwoYears(worlds, seen, days),
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    said = ", ".join(f"{what} {times}" for what, times in sorted(seen.items()))
    sys.stdout.write(f"\n{engine_name}: {said}\n")
    assert seen["months closed"]
    assert seen["bought"]


@pytest.mark.faults
@pytest.mark.parametrize(("engine_name", "histories", "orders"), ORDERS, indirect=["engine_name"])
def test_in_whatever_order_the_news_comes_the_books_end_equal(
    worlds: Callable[[], AbstractContextManager[World]], engine_name: str, histories: int, orders: int
) -> None:
    for seed in range(histories):
        ends = []
        for order in range(orders):
            machine = TwoYears(worlds, Counter())
            with machine.stack:
                ends.append(books_after(machine, seed, order))
        assert all(end == ends[0] for end in ends), (seed, ends)
