"""Half an hour is half an hour on Stripe's clock, whatever the host's says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shop import clock
from shop.checkout import basket_store
from shop.orders.lifecycle import State
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import BadEvent
from shop.payments.stripe_client import WsgiClient
from shop.payments.stripe_time import StripeTime
from shop.standin.config import derived_keys
from shop.standin.deliveries import signed
from tests.engines import ONE_ENGINE
from tests.harness import Harness


@contextmanager
def wrong_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> Iterator[None]:
    """Everything but Stripe believes another time."""
    right, at_stripe = clock.now, [False]
    request = WsgiClient.request

    def now() -> datetime:
        return right() if at_stripe[0] else right() + by

    def at(*args: Any, **how: Any) -> Any:
        at_stripe[0] = True
        try:
            return request(*args, **how)
        finally:
            at_stripe[0] = False

    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", now)
        patch.setattr(WsgiClient, "request", at)
        yield


@ONE_ENGINE
@pytest.mark.parametrize("seconds", [-7200, -61, 0, 61, 7200, 90_000])
def test_a_host_whose_clock_is_wrong_opens_pages_for_half_an_hour(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    token = basket_store.new_token()
    with wrong_clock(monkeypatch, timedelta(seconds=seconds)):
        harness.press_pay(token, "disc")
    page = harness.services.gateway.session(harness.session_id(1))
    left = page.expires_at - clock.now()
    assert timedelta(minutes=30) < left <= timedelta(minutes=31, seconds=1)
    harness.pays(1)
    assert harness.sync(1) is State.PAID


@ONE_ENGINE
@pytest.mark.parametrize("seconds", [-7200, -301, 0, 301, 90_000])
def test_stripes_messages_are_believed_by_stripes_clock_and_old_ones_are_not(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    message, old = harness.signed(harness.events()[-1]), clock.now() - timedelta(minutes=6)
    secret = derived_keys(harness.services.secret_key).webhook_secret
    with wrong_clock(monkeypatch, timedelta(seconds=seconds)):
        harness.services.gateway.session(harness.session_id(order))
        assert harness.services.gateway.read_event(*message).session_id == harness.session_id(order)
        with pytest.raises(BadEvent):
            harness.services.gateway.read_event(
                message[0], signed(message[0], secret, old - timedelta(days=2))
            )


@ONE_ENGINE
def test_stripe_is_asked_for_the_time_only_when_it_has_not_answered_lately(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    request = WsgiClient.request

    def counted(client: WsgiClient, method: str, url: str, *args: Any, **how: Any) -> Any:
        asked.append(url)
        return request(client, method, url, *args, **how)

    monkeypatch.setattr(WsgiClient, "request", counted)
    gateway: Gateway = harness.services.gateway
    gateway.update_time()
    gateway.update_time()
    assert len(asked) == 1


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Nov 2026 00:00:00 GMT"])
def test_an_answer_without_a_date_says_nothing(date: str | None) -> None:
    heard = StripeTime()
    heard.hear({} if date is None else {"Date": date})
    assert not heard.fresh
    assert abs(heard.now() - datetime.now(UTC)) < timedelta(seconds=5)
