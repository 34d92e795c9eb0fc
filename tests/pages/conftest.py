import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.harness import Harness
from tests.shopper import Shopper, harness_of

PAGES = (
    "/support",
    "/delivery",
    "/privacy",
    "/terms",
    "/hallmarking",
    "/accessibility",
    "/contact",
    "/what-to-write",
    "/for-somebody-else",
    "/paper-and-post",
)


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """These pages read nothing that differs between databases; what does is asked for on both by name."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


@pytest.fixture
def anyone(app: Flask) -> Shopper:
    return Shopper(app)
