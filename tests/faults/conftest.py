import pytest

from shop.db import Database
from tests.harness import Harness, open_harness


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)
