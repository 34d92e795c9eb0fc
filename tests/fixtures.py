"""Fixtures for the rooms of those who work here: a shop on SQLite in which something was bought."""

import pytest
from flask import Flask

from tests.harness import Harness
from tests.shopper import harness_of


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


@pytest.fixture
def paid(harness: Harness) -> str:
    """The reference of a paid order of a disc and a petal."""
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    return harness.order(order).reference
