import pytest

from shop.db import Database
from tests.harness import Harness, open_harness
from tests.payments.conftest import Clock, time

__all__ = ["time"]


@pytest.fixture
def harness(database: Database, time: Clock) -> Harness:
    return open_harness(database)
