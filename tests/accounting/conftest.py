import pytest

from shop.db import Database
from tests.bookkeeping.conftest import harness, time
from tests.payments.conftest import Clock
from tests.reconciliation.account_shop import AccountShop, open_account_shop

__all__ = ["harness", "time"]


@pytest.fixture
def shop(database: Database, time: Clock, monkeypatch: pytest.MonkeyPatch) -> AccountShop:
    """A shop whose Stripe is the tests' own server, written from the specification."""
    return open_account_shop(database, time, monkeypatch)
