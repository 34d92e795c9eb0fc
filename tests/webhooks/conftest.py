from collections.abc import Iterator

import pytest
from flask import Flask

from shop.db import Database
from tests.payments.door import Door
from tests.trade import open_trade


@pytest.fixture
def door(app: Flask, database: Database) -> Iterator[Door]:
    opened = Door(app, open_trade(database))
    yield opened
    assert opened.stumbles == []
