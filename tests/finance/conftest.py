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
def finance(app: Flask) -> Shopper:
    return Shopper(app).sign_in("finance")


@pytest.fixture
def paid(trade: Trade) -> str:
    """The reference of a paid order of a disc and a petal."""
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.looks(order)
    return trade.order(order).reference
