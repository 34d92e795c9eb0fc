from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

SAID = "We give £5 of the price of every piece to St. Anne Ltd. of York. It is part of the price."


@pytest.fixture
def app(app: Flask) -> Flask:
    """The shop with its sample collection, and nothing to say of giving."""
    app.extensions["shop"] = replace(app.extensions["shop"], statement=lambda session: None)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def said(app: Flask) -> str:
    """A giving policy in force, and what may be said of it."""
    app.extensions["shop"] = replace(app.extensions["shop"], statement=lambda session: SAID)
    return SAID


@pytest.fixture
def pass_time(app: Flask) -> Callable[[float], None]:
    """Let so many seconds pass for the public pages, whose age is what they look at."""
    pages = app.extensions["shop.cached_pages"]

    def go_on(seconds: float) -> None:
        before = pages._now
        pages._now = lambda: before() + seconds

    return go_on
