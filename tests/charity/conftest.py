"""A shop that gives, and somebody at the charity who was invited."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop import clock
from tests.accounts.helpers import post
from tests.authenticator import Authenticator, asked
from tests.fixtures import harness
from tests.harness import Harness
from tests.shopper import Shopper, soup

__all__ = ["harness"]

PANDAS = "PANDAS Foundation UK"
JO = "jo@pandas.example"


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """SQLite, but where a test names both."""
    return str(getattr(request, "param", "sqlite"))


def moves(monkeypatch: pytest.MonkeyPatch, month: int, day: int) -> None:
    """Noon of a day of 2031."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, 12, tzinfo=UTC))


@pytest.fixture
def finance(app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Shopper:
    """Finance, in July: two pieces were sold in June, June is closed, and £10 was paid over."""
    moves(monkeypatch, 6, 20)
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    moves(monkeypatch, 7, 3)
    who = Shopper(app).sign_in("finance")
    assert who.send("/finance/months/2031-06", "/finance/months/2031-06/close").status_code == 303
    paid = {"amount": "10", "paid_on": "2031-07-02", "bank_reference": "PANDAS JUNE"}
    assert who.send("/finance/remittances", "/finance/remittances", paid).status_code == 303
    return who


def invited(finance: Shopper, email: str = JO) -> str:
    """The path of the link that is shown when somebody is invited."""
    page = finance.send("/finance/charity", "/finance/charity", {"email": email, "charity": PANDAS})
    shown = soup(page).select_one(".as-typed")
    assert shown, page.text
    return shown.text.strip().removeprefix("http://localhost")


def joins(browser: FlaskClient, link: str, device: Authenticator) -> int:
    """Make a passkey and come in; gives the status."""
    answer = device.makes(asked(browser, f"{link}/options", link))
    return post(browser, link, passkey=answer).status_code


@dataclass
class Jo:
    """Somebody at the charity, in their room, with the device in hand."""

    browser: FlaskClient
    device: Authenticator

    def text(self, address: str) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text


@pytest.fixture
def come_in(app: Flask, finance: Shopper) -> Callable[..., Jo]:
    def come(email: str = JO) -> Jo:
        found = Jo(app.test_client(), Authenticator())
        assert joins(found.browser, invited(finance, email), found.device) == 303
        return found

    return come


@pytest.fixture
def jo(come_in: Callable[..., Jo]) -> Jo:
    return come_in()
