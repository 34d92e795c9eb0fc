import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.catalogue.sample import load_sample

SAID = "We give £5 of the price of every piece to the charity."


@pytest.fixture
def app(app: Flask) -> Flask:
    """The shop with its sample collection."""
    with app.extensions["shop.database"].transaction() as session:
        load_sample(session)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def said(app: Flask) -> str:
    """A giving policy in force, and what may be said of it."""
    app.extensions["shop.statement"] = lambda session: SAID
    return SAID
