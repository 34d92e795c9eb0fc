import pytest
from flask import Flask

from tests.fixtures import engine_name, paid, trade
from tests.shopper import Shopper

__all__ = ["engine_name", "paid", "trade"]


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")
