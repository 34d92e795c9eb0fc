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
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.test_sweep import later
from tests.payments.test_versions import reopened
from tests.payments.webhook_client import hooked


class Failing:
    """A Stripe that fails for its first key, before the work or after it, and repeats that under the key."""

    def __init__(self, harness: Harness, *, after: bool, blind: bool = False) -> None:
        self.after, self.keys, self.made = after, list[str](), list[str]()
        hooks: dict[str, Callable[..., Any]] = {"create_session": self.create}
        if blind:
            hooks["sessions_of"] = lambda *_, **__: []
        self.services: Services = hooked(harness.services, **hooks)

    def create(self, do: Callable[..., Any], request: Any, key: str) -> Any:
        first = not self.keys
        self.keys.append(key)
        if key == self.keys[0]:
            if first and self.after:
                self.made.append(do(request, key).id)
            raise GatewayDown("APIError", 500)
        return do(request, key)


def pay(harness: Harness, session_id: str) -> None:
    harness.at_stripe(paying.pay, session_id)


def strays(harness: Harness) -> list[str]:
    with harness.database.reading() as session:
        return list(session.scalars(select(StraySession.stripe_id)))


@ONE_ENGINE
@pytest.mark.parametrize("after", [False, True])
def test_the_buyer_has_a_page_at_once_and_there_is_one_page_alone(harness: Harness, after: bool) -> None:
    order, failing = harness.place_unanswered("disc"), Failing(harness, after=after)
    assert start_payment(failing.services, harness.attempt(order).id)
    page = harness.attempt(order).stripe_id
    assert page is not None
    assert failing.made in ([], [page])
    pay(harness, page)
    assert harness.sync(order) is State.PAID
    assert harness.level("disc").reserved == 0


def test_a_page_that_nobody_could_see_is_closed_when_it_turns_up(harness: Harness) -> None:
    order, failing = harness.place_unanswered("disc"), Failing(harness, after=True, blind=True)
    start_payment(failing.services, harness.attempt(order).id)
    (unseen,) = failing.made
    assert harness.attempt(order).stripe_id != unseen
    assert harness.sync(order) is State.AWAITING
    assert strays(harness) == [unseen]
    assert harness.services.gateway.session(unseen).status == "expired"
    harness.pays(order)
    assert harness.sync(order) is State.PAID


@ONE_ENGINE
def test_a_page_of_an_earlier_attempt_is_not_taken_for_the_one_that_was_asked_for(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, str] = {}

    def fails(create: Callable[..., Any], request: Any, key: str) -> Any:
        seen = create(request, key)  # refused, once it is too late for the half hour that Stripe asks for
        made[key] = seen.id
        raise GatewayDown("APIError", 500)

    order = harness.place_unanswered("disc")
    blind = hooked(harness.services, create_session=fails, sessions_of=lambda *_, **__: [])
    with pytest.raises(GatewayDown):
        start_payment(blind, harness.attempt(order).id)
    later(monkeypatch, timedelta(minutes=3))
    sweep(blind)
    assert harness.order(order).state == State.EXPIRED
    start_payment(Failing(harness, after=False).services, reopened(harness, order))
    assert harness.attempt(order).stripe_id not in made.values()
    harness.sync(order)
    assert {harness.services.gateway.session(page).status for page in made.values()} == {"expired"}


@ONE_ENGINE
def test_money_on_a_page_that_nobody_was_sent_to_goes_back(harness: Harness) -> None:
    order, failing = harness.place_unanswered("disc"), Failing(harness, after=True, blind=True)
    start_payment(failing.services, harness.attempt(order).id)
    for page in (harness.attempt(order).stripe_id or "", failing.made[0]):
        pay(harness, page)
    assert harness.sync(order) is State.PAID
    assert harness.kept_pence(order) == harness.order(order).total_pence
    assert harness.emails(order).count("paid-twice") == 1


@ONE_ENGINE
def test_when_every_key_fails_the_hold_ends_with_the_next_answer(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise GatewayDown("APIError", 500)

    order = harness.place_unanswered("disc")
    with pytest.raises(GatewayDown):
        start_payment(hooked(harness.services, create_session=fails), harness.attempt(order).id)
    later(monkeypatch, timedelta(minutes=3))
    sweep(harness.services)  # too late now for the half hour that Stripe asks for
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.EXPIRED, 0)


@ONE_ENGINE
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_that_may_pass_frees_no_stock_while_a_page_may_be_open(
    harness: Harness, status: int
) -> None:
    def refuses(*_: Any) -> Any:
        raise GatewayRefused("api_key_expired", "", status)

    order = harness.place_unanswered("disc")
    with pytest.raises(GatewayRefused):
        start_payment(hooked(harness.services, create_session=refuses), harness.attempt(order).id)
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.AWAITING, 1)
    assert start_payment(harness.services, harness.attempt(order).id)


def test_a_changed_basket_closes_every_page_of_an_order_that_stripe_failed_for(harness: Harness) -> None:
    order, failing = harness.place_unanswered("disc"), Failing(harness, after=True, blind=True)
    start_payment(failing.services, harness.attempt(order).id)
    assert withdraw(harness.services, order) is State.EXPIRED
    for page in (harness.attempt(order).stripe_id or "", failing.made[0]):
        assert harness.services.gateway.session(page).status == "expired"
    assert sync_order(harness.services, order) is State.EXPIRED
