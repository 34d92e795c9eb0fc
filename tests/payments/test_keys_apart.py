"""Test payments, test keys and live keys may share a database: what one made, the others never touch."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shop import alerts
from shop.alerts import AlertKind
from shop.checkout import basket_store
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.payments.stripe_account import OTHER_ACCOUNT
from shop.payments.sweep import Looked, look_at_all, sweep
from shop.payments.sync import sync_order
from shop.reconciliation.reconciling import reconcile
from shop.settings import PaymentMode
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.test_sweep import later
from tests.payments.webhook_client import hooked


def knows_nothing(services: Services) -> Services:
    """The same shop with other keys: that account knows none of its pages, and nothing has moved there."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise GatewayRefused("resource_missing", "", 404)

    def nothing(*_: Any, **__: Any) -> Any:
        return [], False

    def balance(call: Callable[..., Any]) -> Any:
        return replace(call(), available=0, pending=0)

    hooks = {"session": unknown, "snapshot": unknown, "expire_session": unknown, "refund": unknown}
    return hooked(services, **hooks, some_moves=nothing, some_payouts=nothing, balance=balance)


def live(harness: Harness) -> Services:
    return replace(knows_nothing(harness.services), mode=PaymentMode.STRIPE, book="live")


@ONE_ENGINE
def test_orders_of_test_keys_are_no_difference_once_real_money_moves(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid, waiting = harness.place("disc"), harness.place("petal")
    harness.pays(paid)
    harness.sync(paid)
    harness.pass_time_for_holds()
    later(monkeypatch, timedelta(minutes=40))
    services = live(harness)
    assert sweep(services) == look_at_all(services) == Looked()
    assert reconcile(services) == []
    assert harness.order(paid).state == State.PAID
    assert (harness.order(waiting).state, harness.level("petal").reserved) == (State.EXPIRED, 0)
    with pytest.raises(GatewayRefused):
        sync_order(services, paid)
    assert harness.sound() == []


@ONE_ENGINE
def test_test_keys_and_live_keys_of_one_account_are_apart(harness: Harness) -> None:
    harness.services = replace(harness.services, mode=PaymentMode.STRIPE)
    paid = harness.place("disc")
    harness.pays(paid)
    harness.sync(paid)
    services = replace(live(harness), mode=PaymentMode.STRIPE)
    assert look_at_all(services) == Looked()
    assert reconcile(services) == []


def test_a_basket_from_before_is_ordered_anew(harness: Harness) -> None:
    token = basket_store.new_token()
    harness.press_pay(token, "disc")
    harness.press_pay(token, "disc", services=replace(harness.services, mode=PaymentMode.STRIPE, book="live"))
    assert [harness.order(order).book for order in (1, 2)] == ["test", "live"]


def test_with_the_key_of_another_account_nothing_is_touched_and_the_owner_is_told(harness: Harness) -> None:
    paid, waiting = harness.place("disc"), harness.place("petal")
    harness.pays(paid)
    harness.pass_time_for_holds()
    services = knows_nothing(harness.services)
    assert sweep(services) == look_at_all(services) == Looked()
    assert reconcile(services) == [OTHER_ACCOUNT]
    assert {harness.order(order).state for order in (paid, waiting)} == {State.AWAITING}
    with harness.database.reading() as session:
        assert [alert.kind for alert in alerts.open_alerts(session)] == [AlertKind.OTHER_ACCOUNT]
    assert sweep(harness.services) == Looked(done=2)
    with harness.database.reading() as session:
        assert alerts.open_alerts(session) == []


@ONE_ENGINE
@pytest.mark.parametrize("error", [GatewayDown("away"), GatewayRefused("api_key_expired", "", 401)])
def test_a_stripe_that_does_not_say_is_not_another_account(harness: Harness, error: Exception) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    paid = harness.place("disc")
    harness.pays(paid)
    harness.pass_time_for_holds()
    assert sweep(hooked(harness.services, session=fails)).done == 1
    assert harness.order(paid).state == State.PAID


@ONE_ENGINE
@pytest.mark.parametrize("status", [401, 403])
def test_the_owner_is_told_that_stripe_refuses_the_key_until_it_is_mended(
    harness: Harness, status: int
) -> None:
    def refuses(*_: Any) -> Any:
        raise GatewayRefused("api_key_expired", "", status)

    def told() -> list[str]:
        with harness.database.reading() as session:
            return [alert.kind for alert in alerts.open_alerts(session)]

    harness.place("disc")

    def is_away(*_: Any) -> Any:
        raise GatewayDown("away")

    sweep(hooked(harness.services, session=refuses))
    sweep(hooked(harness.services, session=is_away))
    assert told() == [AlertKind.KEY_REFUSED], "who does not answer has not said that the key is good"
    sweep(harness.services)
    assert told() == []
