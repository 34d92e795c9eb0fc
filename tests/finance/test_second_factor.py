"""Where money is concerned, whoever has a passkey is asked for it, each time."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop import clock
from tests.authenticator import Authenticator, adds, asked
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup

PAYMENTS = "/finance/remittances"
JUNE = "/finance/months/2031-06"
PAID = {"amount": "5", "paid_on": "2031-07-02", "bank_reference": "PANDAS JUNE"}
NOT_SHOWN = "No passkey was shown, or it did not fit."


@pytest.fixture
def july(monkeypatch: pytest.MonkeyPatch, app: Flask, harness: Harness) -> None:
    """Two pieces were sold in June, and June is over."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 6, 20, 12, tzinfo=UTC))
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 7, 3, 12, tzinfo=UTC))


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def finance(app: Flask, july: None, device: Authenticator) -> Shopper:
    who = Shopper(app).sign_in("finance")
    assert adds(who.client, device).status_code == 303
    return who


@pytest.fixture
def shown(finance: Shopper, device: Authenticator) -> Callable[[], str]:
    return lambda: device.shows(asked(finance.client, "/sign-in/confirm/options", "/sign-in/passkeys"))


def paid(finance: Shopper, **changes: str) -> TestResponse:
    return finance.send(PAYMENTS, PAYMENTS, {**PAID, **changes})


def test_a_month_is_closed_with_the_passkey_and_not_without(
    finance: Shopper, shown: Callable[[], str]
) -> None:
    assert "Close June 2031 with your passkey" in finance.get(JUNE).text
    close = f"{JUNE}/close"
    for answer in ("", "{}"):
        refused = finance.send(JUNE, close, {"passkey": answer})
        assert refused.status_code == 422
        assert NOT_SHOWN in refused.text
    assert "Close June 2031" in finance.get(JUNE).text
    assert finance.send(JUNE, close, {"passkey": shown()}).status_code == 303
    assert "Closed 3 Jul 2031" in finance.get(JUNE).text


def test_a_payment_is_written_down_with_the_passkey_and_undone_with_it(
    finance: Shopper, shown: Callable[[], str]
) -> None:
    refused = paid(finance)
    assert refused.status_code == 422
    assert form_on(refused, PAYMENTS)[1]["bank_reference"] == "PANDAS JUNE", "what was typed is still there"
    assert soup(refused).select_one(".summary a[href='#passkey']"), "the sentence leads to the button"
    assert "Nothing has been paid over yet." in finance.get(PAYMENTS).text
    assert paid(finance, passkey=shown()).status_code == 303
    undo = f"{soup(finance.get(PAYMENTS)).select_one('#payments a')['href']}/reversal"  # type: ignore[index]
    assert finance.send(undo, undo, {"reason": "typed twice"}).status_code == 422
    assert finance.send(undo, undo, {"reason": "typed twice", "passkey": shown()}).status_code == 303
    assert "Undoes" in finance.get(PAYMENTS).text


def test_who_may_speak_for_the_charity_is_decided_with_the_passkey(
    finance: Shopper, shown: Callable[[], str]
) -> None:
    people, keys = "/finance/charity", "/finance/agreements/1/keys"
    key = {"fingerprint": "0" * 64, "dated": "2031-07-01", "seen": "y"}
    for page, fields in ((people, {"email": "jo@pandas.example"}), (keys, key)):
        refused = finance.send(page, page, fields)
        assert refused.status_code == 422
        assert NOT_SHOWN in refused.text
        assert finance.send(page, page, {**fields, "passkey": shown()}).status_code in {200, 303}
    assert "jo@pandas.example" in finance.get(people).text
    assert "00000000 00000000" in finance.get(keys).text


def test_one_answer_is_for_one_act(finance: Shopper, shown: Callable[[], str]) -> None:
    answer = shown()
    assert paid(finance, passkey=answer).status_code == 303
    assert paid(finance, passkey=answer, bank_reference="AGAIN").status_code == 422


def test_who_has_no_passkey_is_asked_for_none(app: Flask, july: None) -> None:
    who = Shopper(app).sign_in("finance")
    assert "data-passkey" not in who.get(JUNE).text
    assert paid(who).status_code == 303
