from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shop import clock
from shop.db import Database
from tests.harness import Harness, open_harness


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)


@pytest.fixture
def paid(harness: Harness) -> int:
    """An order that was paid, so that one e-mail waits."""
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)
    return order


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the shop's clock on."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move
