import pytest

from shop.db import Database
from tests.harness import Harness, open_harness
from tests.payments.conftest import Clock, time
from tests.reconciliation.account_shop import AccountShop, open_account_shop

__all__ = ["time"]


@pytest.fixture
def harness(database: Database, time: Clock) -> Harness:
    return open_harness(database)


@pytest.fixture
def shop(database: Database, time: Clock, monkeypatch: pytest.MonkeyPatch) -> AccountShop:
    return open_account_shop(database, time, monkeypatch)
