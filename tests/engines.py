"""Where SQL cannot differ, one database is enough: what is refused before it is asked, or never asks it."""

from typing import Final

import pytest

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""Of a test that asks nothing but what PostgreSQL answers in two others, word for word. Not of one in which
several do something at once, or in which a database refuses."""

SAME_SQL = pytest.mark.same_sql
"""Of a test in many cases that ask the database in the same words: PostgreSQL answers the first of them."""

POSTGRESQL: Final = "postgresql"


def without_repetitions(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests, without the further cases on PostgreSQL of those that are marked SAME_SQL."""
    asked, kept = set(), []
    for item in items:
        case = getattr(item, "callspec", None)
        if case and case.params.get("engine_name") == POSTGRESQL and item.get_closest_marker(SAME_SQL.name):
            test = item.nodeid.partition("[")[0]
            if test in asked:
                continue
            asked.add(test)
        kept.append(item)
    return kept
