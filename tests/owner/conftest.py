import pytest
from flask import Flask

from tests.fixtures import engine_name, harness, paid
from tests.harness import Harness
from tests.shopper import Shopper

__all__ = ["engine_name", "harness", "paid"]


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


@pytest.fixture
def engraved(owner: Shopper, harness: Harness) -> str:
    """The reference of a paid order of a disc with words on both sides. No machine was named yet."""
    shopper = Shopper(owner.app)
    shopper.to_payment()
    shopper.press_pay()
    harness.pays(1)
    harness.sync(1)
    return harness.order(1).reference
