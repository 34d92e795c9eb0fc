"""What the sweep finds, and what it must leave alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from shop import clock
from shop.catalogue import snapshot
from shop.checkout import basket_store
from shop.orders.lifecycle import State, lock
from shop.orders.models import Order
from shop.orders.placing import open_again
from shop.payments.attempts import open_attempt
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import CheckoutAttempt
from shop.payments.payment_page import start_payment
from shop.payments.services import Services
from shop.payments.sweep import STILL_MOVES, Looked, look_at_all, sweep
from shop.standin import paying
from tests.engines import ONE_ENGINE
from tests.harness import Harness, quoted
from tests.payments.webhook_client import hooked


def down(*_: object) -> None:
    raise GatewayDown("no answer")


def refuses(*_: object) -> None:
    raise GatewayRefused("parameter_invalid", "no", 400)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let time pass for everything but the database."""
    before = clock.now

    def now() -> datetime:
        return before() + by

    monkeypatch.setattr(clock, "now", now)


def opens_again(harness: Harness, order: int) -> None:
    """The buyer comes back to an order that had expired and goes to the payment page once more."""
    with harness.database.transaction() as session:
        priced = quoted(snapshot.load(session), harness.draft("disc"))
        attempt = open_attempt(session, harness.services, open_again(session, order, priced), priced)
    start_payment(harness.services, attempt.id)


@ONE_ENGINE
def test_a_page_still_open_is_left_alone(harness: Harness) -> None:
    order = harness.place("disc")
    sweep(harness.services)
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.AWAITING, 1)


@ONE_ENGINE
def test_a_request_that_stripe_never_answered_is_made_again_and_its_payment_found(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place_unanswered("disc")

    def answer_is_lost(create: Callable[..., object], *asked: object) -> None:
        create(*asked)
        down()

    with pytest.raises(GatewayDown):
        start_payment(hooked(harness.services, create_session=answer_is_lost), harness.attempt(order).id)
    later(monkeypatch, timedelta(minutes=3))
    sweep(harness.services)
    assert harness.order(order).state == State.AWAITING
    harness.pays(order)
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert (harness.order(order).state, harness.given()) == (State.PAID, 500)


@ONE_ENGINE
def test_a_request_that_never_reached_stripe_frees_its_stock(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place_unanswered("disc")
    later(monkeypatch, timedelta(minutes=3))
    sweep(harness.services)
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.EXPIRED, 0)


@pytest.mark.parametrize("minutes", [0, 32])
def test_a_first_try_that_stripe_refused_does_not_end_the_second(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    order = harness.place_unanswered("disc")
    first = harness.attempt(order).id
    assert start_payment(hooked(harness.services, create_session=refuses), first) is None
    assert harness.order(order).state == State.EXPIRED
    later(monkeypatch, timedelta(minutes=minutes + 1))
    opens_again(harness, order)
    with harness.database.transaction() as session:  # long ago, as far as the sweep can tell
        session.execute(update(CheckoutAttempt).values(created_at=clock.now() - timedelta(hours=1)))
    sweep(harness.services)
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.AWAITING, 1)
    with harness.database.reading() as session:
        assert session.get_one(CheckoutAttempt, first).stripe_id is None  # nor becomes a page of its own
    harness.pays(order)
    assert harness.sync(order) is State.PAID


@ONE_ENGINE
def test_a_page_that_is_open_although_its_order_expired_is_closed(harness: Harness) -> None:
    order = harness.place("disc")
    with harness.database.transaction() as session:
        lock(session, order).state = State.EXPIRED
    assert harness.sync(order) is State.EXPIRED
    assert harness.services.gateway.session(harness.session_id(order)).status == "expired"


def test_a_second_page_is_closed_while_a_slow_payment_is_on_its_way(harness: Harness) -> None:
    order = harness.place("disc")
    slow = harness.session_id(order)
    with harness.database.transaction() as session:
        first = session.scalars(select(CheckoutAttempt)).one()
        again = CheckoutAttempt(
            order_id=order,
            number=2,
            key="again",
            request=first.request,
            expires_at=first.expires_at,
            created_at=first.created_at,
        )
        session.add(again)
        session.flush()
        again_id = again.id
    start_payment(harness.services, again_id)
    harness.at_stripe(paying.pay_late, slow)
    assert harness.sync(order) is State.PROCESSING
    assert harness.services.gateway.session(harness.session_id(order)).status == "expired"


@pytest.mark.parametrize("look", [sweep, look_at_all])
def test_an_order_that_cannot_be_looked_at_does_not_keep_the_others_waiting(
    harness: Harness, look: Callable[[Services], Looked]
) -> None:
    lost, paid = harness.place("disc"), harness.place("petal")
    harness.pays(paid)
    with harness.database.transaction() as session:
        session.execute(
            update(CheckoutAttempt).where(CheckoutAttempt.order_id == lost).values(stripe_id="cs_unknown")
        )
    harness.pass_time_for_holds()
    assert look(harness.services) == Looked(done=1, missed=1)
    assert harness.order(paid).state == State.PAID
    assert harness.order(lost).state == State.AWAITING


@ONE_ENGINE
def test_the_buyer_can_pay_when_trying_again_after_stripe_was_down_for_two_minutes(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = basket_store.new_token()
    with pytest.raises(GatewayDown):
        harness.press_pay(token, "disc", services=hooked(harness.services, create_session=down))
    later(monkeypatch, timedelta(minutes=2))
    assert "/stand-in/pay/" in harness.press_pay(token, "disc")
    assert harness.level("disc").reserved == 1


@ONE_ENGINE
@pytest.mark.parametrize("minutes", [20, -20])
def test_a_host_whose_clock_is_wrong_by_twenty_minutes_sweeps_no_live_hold(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    order = harness.place("disc")
    later(monkeypatch, timedelta(minutes=minutes))
    sweep(harness.services)
    assert (harness.order(order).state, harness.level("disc").reserved) == (State.AWAITING, 1)
    harness.pays(order)
    assert harness.sync(order) is State.PAID


def test_a_refund_whose_webhook_was_lost_is_found_by_the_daily_look(harness: Harness) -> None:
    lately, long_ago = harness.place("disc"), harness.place("disc")
    for order in (lately, long_ago):
        harness.pays(order)
        harness.sync(order)
        harness.refunds(order)
    with harness.database.transaction() as session:
        session.get_one(Order, long_ago).placed_at = clock.now() - STILL_MOVES - timedelta(days=1)
    assert look_at_all(harness.services, placed_within=STILL_MOVES).done == 1
    assert harness.order(lately).state == State.REFUNDED
    assert harness.order(long_ago).state == State.PAID
