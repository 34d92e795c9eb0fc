"""Stripe answers 500 once and then repeats it for a day: the buyer pays within seconds all the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import StraySession
from shop.payments.payment_page import start_payment
from shop.payments.services import Services
from shop.payments.sweep import sweep
from shop.payments.sync import sync_order, withdraw
from shop.standin import paying
from tests.payments.test_sweep import later
from tests.payments.webhook_client import hooked
from tests.trade import Trade


class Failing:
    """A Stripe that fails for its first key, before the work or after it, and repeats that under the key."""

    def __init__(self, trade: Trade, *, after: bool, blind: bool = False) -> None:
        self.after, self.keys, self.made = after, list[str](), list[str]()
        hooks: dict[str, Callable[..., Any]] = {"create_session": self.create}
        if blind:
            hooks["sessions_of"] = lambda *_, **__: []
        self.services: Services = hooked(trade.services, **hooks)

    def create(self, do: Callable[..., Any], request: Any, key: str) -> Any:
        first = not self.keys
        self.keys.append(key)
        if key == self.keys[0]:
            if first and self.after:
                self.made.append(do(request, key).id)
            raise GatewayDown("APIError", 500)
        return do(request, key)


def pay(trade: Trade, session_id: str) -> None:
    trade.at_stripe(paying.pay, session_id)


def strays(trade: Trade) -> list[str]:
    with trade.database.reading() as session:
        return list(session.scalars(select(StraySession.stripe_id)))


@pytest.mark.parametrize("after", [False, True])
def test_the_buyer_has_a_page_at_once_and_there_is_one_page_alone(trade: Trade, after: bool) -> None:
    order, failing = trade.place_unanswered("disc"), Failing(trade, after=after)
    assert start_payment(failing.services, trade.attempt(order).id)
    page = trade.attempt(order).stripe_id
    assert page is not None
    assert failing.made in ([], [page])
    pay(trade, page)
    assert trade.looks(order) is State.PAID
    assert trade.level("disc").reserved == 0


def test_a_page_that_nobody_could_see_is_closed_when_it_turns_up(trade: Trade) -> None:
    order, failing = trade.place_unanswered("disc"), Failing(trade, after=True, blind=True)
    start_payment(failing.services, trade.attempt(order).id)
    (unseen,) = failing.made
    assert trade.attempt(order).stripe_id != unseen
    assert trade.looks(order) is State.AWAITING
    assert strays(trade) == [unseen]
    assert trade.services.gateway.session(unseen).status == "expired"
    trade.pays(order)
    assert trade.looks(order) is State.PAID


def test_money_on_a_page_that_nobody_was_sent_to_goes_back(trade: Trade) -> None:
    order, failing = trade.place_unanswered("disc"), Failing(trade, after=True, blind=True)
    start_payment(failing.services, trade.attempt(order).id)
    for page in (trade.attempt(order).stripe_id or "", failing.made[0]):
        pay(trade, page)
    assert trade.looks(order) is State.PAID
    assert trade.kept_pence(order) == trade.order(order).total_pence
    assert trade.emails(order).count("paid-twice") == 1


def test_when_every_key_fails_the_hold_ends_with_the_next_answer(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise GatewayDown("APIError", 500)

    order = trade.place_unanswered("disc")
    with pytest.raises(GatewayDown):
        start_payment(hooked(trade.services, create_session=fails), trade.attempt(order).id)
    later(monkeypatch, timedelta(minutes=3))
    sweep(trade.services)  # too late now for the half hour that Stripe asks for
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.EXPIRED, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_that_may_pass_frees_no_stock_while_a_page_may_be_open(trade: Trade, status: int) -> None:
    def refuses(*_: Any) -> Any:
        raise GatewayRefused("api_key_expired", "", status)

    order = trade.place_unanswered("disc")
    with pytest.raises(GatewayRefused):
        start_payment(hooked(trade.services, create_session=refuses), trade.attempt(order).id)
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.AWAITING, 1)
    assert start_payment(trade.services, trade.attempt(order).id)


def test_a_changed_basket_closes_every_page_of_an_order_that_stripe_failed_for(trade: Trade) -> None:
    order, failing = trade.place_unanswered("disc"), Failing(trade, after=True, blind=True)
    start_payment(failing.services, trade.attempt(order).id)
    assert withdraw(trade.services, order) is State.EXPIRED
    for page in (trade.attempt(order).stripe_id or "", failing.made[0]):
        assert trade.services.gateway.session(page).status == "expired"
    assert sync_order(trade.services, order) is State.EXPIRED
