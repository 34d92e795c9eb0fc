"""The shop as staff meet it: an application, a browser, and people who work there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import pytest
from argon2 import PasswordHasher
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from shop import clock
from shop.accounts import access, passwords, staff
from shop.accounts.models import Account
from shop.application import create_app
from shop.db import Database
from shop.settings import Settings
from tests.accounts.helpers import EMAIL, PASSWORD

QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOBODYS: Final = QUICK.hash("nobody signs in with this")


@pytest.fixture(autouse=True)
def _quick_hash(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hash has to cost is the matter of test_passwords.py alone."""
    if not request.module.__name__.endswith("test_passwords"):
        monkeypatch.setattr(passwords, "HASHER", QUICK)
        monkeypatch.setattr(passwords, "_nobodys_hash", lambda: NOBODYS)


@cache
def hash_of(password: str) -> str:
    return passwords.hashed(password)


def pages() -> Blueprint:
    rooms = Blueprint("rooms", __name__)

    @rooms.route("/room/owner", methods=["GET", "POST"])
    @access.require("owner")
    def owner() -> str:
        return f"the workshop of {access.account().email}"

    @rooms.route("/room/finance", methods=["GET", "POST"])
    @access.require("owner", "finance")
    def finance() -> str:
        return "the books"

    return rooms


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    app.register_blueprint(pages())
    yield app
    app.extensions["shop"].database.dispose()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def owner(database: Database) -> Account:
    with database.transaction() as session:
        account, _ = staff.add_account(session, EMAIL, "owner")
        account.password_hash = hash_of(PASSWORD)
    return account


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the shop's clock on by a timedelta."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move
