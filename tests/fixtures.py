"""Fixtures for the rooms of those who work here: a shop on SQLite in which something was bought."""

import pytest
from flask import Flask

from tests.shopper import trade_of
from tests.trade import Trade


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def trade(app: Flask) -> Trade:
    return trade_of(app)


@pytest.fixture
def paid(trade: Trade) -> str:
    """The reference of a paid order of a disc and a petal."""
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.looks(order)
    return trade.order(order).reference
