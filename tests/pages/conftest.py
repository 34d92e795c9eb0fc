import pytest
from flask import Flask

from tests.shopper import Shopper, trade_of
from tests.trade import Trade


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def trade(app: Flask) -> Trade:
    return trade_of(app)


@pytest.fixture
def anyone(app: Flask) -> Shopper:
    return Shopper(app)
