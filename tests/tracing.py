"""What coverage looks at. Before Python 3.12 a line that is looked at costs two thirds more.

A line counts as covered when any test has passed it, so the same lines are not looked at again and again:
not in the twins on PostgreSQL beyond the first of each module, not in the third case of a test, not in what
fixtures do beyond the first of each module, and not where the browser or a fault is what a test is about.
Every test runs all the same, and what is called covered was.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from tests.engines import without_repetitions

CASES: Final = 2
"""Of one test, looked at."""
FEW: Final = 1
"""Of one module, looked at: tests with what their fixtures do, and twins on PostgreSQL."""
ABOUT_SOMETHING_ELSE: Final = {"browser", "faults"}
"""Marks of tests whose lines others pass, too."""
TESTS: Final = pytest.StashKey[bool]()
FIXTURES: Final = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose them among all that were collected, so that every process chooses the same."""
    items[:] = without_repetitions(items)
    seen: Counter[str] = Counter()
    for item in items:
        case = getattr(item, "callspec", None)
        engine = case.params.get("engine_name", "") if case else ""
        module = f"{item.nodeid.partition('::')[0]} {engine}"
        test = f"{item.nodeid.partition('[')[0]} {engine}"
        if not ABOUT_SOMETHING_ELSE.isdisjoint(mark.name for mark in item.iter_markers()):
            continue
        seen.update((module, test))
        item.stash[FIXTURES] = seen[module] <= FEW
        item.stash[TESTS] = seen[module] <= FEW if engine == "postgresql" else seen[test] <= CASES


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Look away from most fixtures."""
    return (yield from _looking(item, FIXTURES))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Look away from the tests that were not chosen."""
    return (yield from _looking(item, TESTS))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """As for the fixtures."""
    return (yield from _looking(item, FIXTURES))


def _looking(item: pytest.Item, at: pytest.StashKey[bool]) -> Iterator[None]:
    measuring = item.config.pluginmanager.getplugin("_cov")
    if item.stash.get(at, False) or measuring is None or measuring.cov_controller is None:
        return (yield)
    measuring.cov_controller.pause()
    try:
        return (yield)
    finally:
        measuring.cov_controller.resume()
