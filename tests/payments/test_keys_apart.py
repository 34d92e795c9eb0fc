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
from shop.payments.reconciliation import reconcile
from shop.payments.services import Services
from shop.payments.stripe_account import OTHER_ACCOUNT
from shop.payments.sweep import look_at_all, sweep
from shop.payments.sync import sync_order
from shop.settings import PaymentMode
from tests.payments.test_sweep import later
from tests.payments.webhook_client import hooked
from tests.trade import Trade


def knows_nothing(services: Services) -> Services:
    """The same shop with other keys: that account knows none of its pages, and nothing has moved there."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise GatewayRefused("resource_missing", "", 404)

    def nothing(*_: Any, **__: Any) -> Any:
        return []

    def balance(call: Callable[..., Any]) -> Any:
        return replace(call(), available=0, pending=0)

    hooks = {"session": unknown, "snapshot": unknown, "expire_session": unknown, "refund": unknown}
    return hooked(services, **hooks, moves=nothing, payouts=nothing, balance=balance)


def live(trade: Trade) -> Services:
    return replace(knows_nothing(trade.services), mode=PaymentMode.STRIPE, book="live")


def test_orders_of_test_keys_are_no_difference_once_real_money_moves(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid, waiting = trade.place("disc"), trade.place("petal")
    trade.pays(paid)
    trade.looks(paid)
    trade.pass_time_for_holds()
    later(monkeypatch, timedelta(minutes=40))
    services = live(trade)
    assert sweep(services) == look_at_all(services) == 0
    assert reconcile(services) == []
    assert trade.order(paid).state == State.PAID
    assert (trade.order(waiting).state, trade.level("petal").reserved) == (State.EXPIRED, 0)
    with pytest.raises(GatewayRefused):
        sync_order(services, paid)
    assert trade.sound() == []


def test_test_keys_and_live_keys_of_one_account_are_apart(trade: Trade) -> None:
    trade.services = replace(trade.services, mode=PaymentMode.STRIPE)
    paid = trade.place("disc")
    trade.pays(paid)
    trade.looks(paid)
    services = replace(live(trade), mode=PaymentMode.STRIPE)
    assert look_at_all(services) == 0
    assert reconcile(services) == []


def test_a_basket_from_before_is_ordered_anew(trade: Trade) -> None:
    token = basket_store.new_token()
    trade.press_pay(token, "disc")
    trade.press_pay(token, "disc", services=replace(trade.services, mode=PaymentMode.STRIPE, book="live"))
    assert [trade.order(order).book for order in (1, 2)] == ["test", "live"]


def test_with_the_key_of_another_account_nothing_is_touched_and_the_owner_is_told(trade: Trade) -> None:
    paid, waiting = trade.place("disc"), trade.place("petal")
    trade.pays(paid)
    trade.pass_time_for_holds()
    services = knows_nothing(trade.services)
    assert sweep(services) == look_at_all(services) == 0
    assert reconcile(services) == [OTHER_ACCOUNT]
    assert {trade.order(order).state for order in (paid, waiting)} == {State.AWAITING}
    with trade.database.reading() as session:
        assert [alert.kind for alert in alerts.open_alerts(session)] == [AlertKind.OTHER_ACCOUNT]
    assert sweep(trade.services) == 2
    with trade.database.reading() as session:
        assert alerts.open_alerts(session) == []


@pytest.mark.parametrize("error", [GatewayDown("away"), GatewayRefused("api_key_expired", "", 401)])
def test_a_stripe_that_does_not_say_is_not_another_account(trade: Trade, error: Exception) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    paid = trade.place("disc")
    trade.pays(paid)
    trade.pass_time_for_holds()
    assert sweep(hooked(trade.services, session=fails)) == 1
    assert trade.order(paid).state == State.PAID


@pytest.mark.parametrize("status", [401, 403])
def test_the_owner_is_told_that_stripe_refuses_the_key_until_it_is_mended(trade: Trade, status: int) -> None:
    def refuses(*_: Any) -> Any:
        raise GatewayRefused("api_key_expired", "", status)

    def told() -> list[str]:
        with trade.database.reading() as session:
            return [alert.kind for alert in alerts.open_alerts(session)]

    trade.place("disc")

    def is_away(*_: Any) -> Any:
        raise GatewayDown("away")

    sweep(hooked(trade.services, session=refuses))
    sweep(hooked(trade.services, session=is_away))
    assert told() == [AlertKind.KEY_REFUSED], "who does not answer has not said that the key is good"
    sweep(trade.services)
    assert told() == []
