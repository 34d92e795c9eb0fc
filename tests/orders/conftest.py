from collections.abc import Iterator

import pytest
from flask import Flask

from shop.db import Database
from tests.orders.door import Door
from tests.trade import Trade, open_trade


@pytest.fixture
def trade(database: Database) -> Trade:
    return open_trade(database)


@pytest.fixture
def door(app: Flask, trade: Trade) -> Iterator[Door]:
    opened = Door(app, trade)
    yield opened
    assert opened.stumbles == []
