from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shop import clock
from shop.db import Database
from tests.trade import Trade, open_trade


@pytest.fixture
def trade(database: Database) -> Trade:
    return open_trade(database)


@pytest.fixture
def paid(trade: Trade) -> int:
    """An order that was paid, so that one e-mail waits."""
    order = trade.place("petal")
    trade.pays(order)
    trade.looks(order)
    return order


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the shop's clock on."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move
