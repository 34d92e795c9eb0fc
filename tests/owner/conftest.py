import pytest
from flask import Flask

from tests.fixtures import engine_name, harness, paid
from tests.shopper import Shopper

__all__ = ["engine_name", "harness", "paid"]


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")
