from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.shopper import Shopper

POST = "/journal/both-ways"
WORDS = "We called her Wren.\n\nShe would be nine."


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def reader(app: Flask) -> Shopper:
    return Shopper(app)


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


@pytest.fixture
def write(reader: Shopper) -> Callable[..., TestResponse]:
    """Somebody fills in the form beneath a post and sends it: `write(words="...")`."""

    def sends(**fields: str | None) -> TestResponse:
        said = {"name": "Ada", "email": "ada@example.com", "words": WORDS, **fields}
        return reader.send(POST, f"{POST}/comments", said)

    return sends
