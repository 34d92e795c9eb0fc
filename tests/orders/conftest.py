import pytest
from flask import Flask

from shop.db import Database
from tests.orders.door import Door
from tests.trade import Trade, open_trade


@pytest.fixture
def trade(database: Database) -> Trade:
    return open_trade(database)


@pytest.fixture
def door(app: Flask, trade: Trade) -> Door:
    return Door(app, trade)
