"""Which tests `make check` runs: those that need no shop.

A unit test takes none of the fixtures that open a browser or a shop with its tables filled, does not run on
PostgreSQL, and has no mark that says it takes its time. What a test asks for says it; nobody declares it.
"""

from typing import Final

import pytest

SHOP: Final = {
    "app", "browser", "database_url", "door", "furnished_postgresql", "furnished_sqlite", "postgres_server",
}  # fmt: skip
"""The fixtures by which a test, or a fixture of its own, comes to more than a rule and its tables."""
MARKS: Final = {"browser", "faults", "faults_long", "slow", "validator"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark it `unit`, if it is one."""
    case = getattr(item, "callspec", None)
    on_postgresql = case is not None and case.params.get("engine_name") == "postgresql"
    needs_a_shop = not SHOP.isdisjoint(getattr(item, "fixturenames", ()))
    if not (on_postgresql or needs_a_shop or any(mark.name in MARKS for mark in item.iter_markers())):
        item.add_marker("unit")
