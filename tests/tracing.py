"""Which tests coverage looks at. Before Python 3.12 a line that is looked at costs two thirds more.

A line counts as covered when any test has passed it, so the same lines are not looked at again and again:
not in the twins on PostgreSQL beyond a few of each module, not in the hundredth case of a test, and not where
the browser or a fault is what a test is about. Every test runs all the same, and what is called covered was.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

CASES = 12
"""Of one test, looked at."""
TWINS = 3
"""Of one module on PostgreSQL, looked at: enough for the lines that only it passes."""
ABOUT_SOMETHING_ELSE = {"browser", "faults"}
"""Marks of tests whose lines others pass, too."""
LOOKED_AT = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose them among all that were collected, so that every process chooses the same."""
    seen: Counter[str] = Counter()
    for item in items:
        case = getattr(item, "callspec", None)
        twin = case is not None and case.params.get("engine_name") == "postgresql"
        group = item.nodeid.partition("::" if twin else "[")[0]
        seen[group] += 1
        few = seen[group] <= (TWINS if twin else CASES)
        item.stash[LOOKED_AT] = few and ABOUT_SOMETHING_ELSE.isdisjoint(
            mark.name for mark in item.iter_markers()
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Look away while the others run."""
    measuring = item.config.pluginmanager.getplugin("_cov")
    if item.stash[LOOKED_AT] or measuring is None or measuring.cov_controller is None:
        return (yield)
    measuring.cov_controller.pause()
    try:
        return (yield)
    finally:
        measuring.cov_controller.resume()
