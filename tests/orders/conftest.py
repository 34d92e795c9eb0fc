import pytest

from shop.db import Database
from tests.trade import Trade, open_trade


@pytest.fixture
def trade(database: Database) -> Trade:
    return open_trade(database)
