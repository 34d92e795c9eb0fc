from collections.abc import Iterator

import pytest
from flask import Flask

from shop.db import Database
from tests.harness import open_harness
from tests.payments.webhook_client import WebhookClient


@pytest.fixture
def webhook_client(app: Flask, database: Database) -> Iterator[WebhookClient]:
    opened = WebhookClient(app, open_harness(database))
    yield opened
    assert opened.stumbles == []
