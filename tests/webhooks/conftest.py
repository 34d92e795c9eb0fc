from collections.abc import Iterator

import pytest
from flask import Flask

from shop.db import Database
from tests.payments.webhook_client import WebhookClient
from tests.trade import open_trade


@pytest.fixture
def webhook_client(app: Flask, database: Database) -> Iterator[WebhookClient]:
    opened = WebhookClient(app, open_trade(database))
    yield opened
    assert opened.stumbles == []
