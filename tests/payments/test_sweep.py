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
from shop.payments.sweep import STILL_MOVES, look_at_all, sweep
from shop.standin import paying
from tests.payments.webhook_client import hooked
from tests.trade import Trade, quoted


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


def opens_again(trade: Trade, order: int) -> None:
    """She comes back to an order that had expired and goes to the payment page once more."""
    with trade.database.transaction() as session:
        priced = quoted(snapshot.load(session), trade.wish("disc"))
        attempt = open_attempt(session, trade.services, open_again(session, order, priced), priced)
    start_payment(trade.services, attempt.id)


def test_a_page_still_open_is_left_alone(trade: Trade) -> None:
    order = trade.place("disc")
    sweep(trade.services)
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.AWAITING, 1)


def test_a_request_that_stripe_never_answered_is_made_again_and_its_payment_found(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = trade.place_unanswered("disc")

    def answer_is_lost(create: Callable[..., object], *asked: object) -> None:
        create(*asked)
        down()

    with pytest.raises(GatewayDown):
        start_payment(hooked(trade.services, create_session=answer_is_lost), trade.attempt(order).id)
    later(monkeypatch, timedelta(minutes=3))
    sweep(trade.services)
    assert trade.order(order).state == State.AWAITING
    trade.pays(order)
    trade.pass_time_for_holds()
    sweep(trade.services)
    assert (trade.order(order).state, trade.given()) == (State.PAID, 500)


def test_a_request_that_never_reached_stripe_frees_its_stock(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = trade.place_unanswered("disc")
    later(monkeypatch, timedelta(minutes=3))
    sweep(trade.services)
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.EXPIRED, 0)


@pytest.mark.parametrize("minutes", [0, 32])
def test_a_first_try_that_stripe_refused_does_not_end_the_second(
    trade: Trade, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    order = trade.place_unanswered("disc")
    first = trade.attempt(order).id
    assert start_payment(hooked(trade.services, create_session=refuses), first) is None
    assert trade.order(order).state == State.EXPIRED
    later(monkeypatch, timedelta(minutes=minutes + 1))
    opens_again(trade, order)
    with trade.database.transaction() as session:  # long ago, as far as the sweep can tell
        session.execute(update(CheckoutAttempt).values(created_at=clock.now() - timedelta(hours=1)))
    sweep(trade.services)
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.AWAITING, 1)
    with trade.database.reading() as session:
        assert session.get_one(CheckoutAttempt, first).stripe_id is None  # nor becomes a page of its own
    trade.pays(order)
    assert trade.looks(order) is State.PAID


def test_a_page_that_is_open_although_its_order_expired_is_closed(trade: Trade) -> None:
    order = trade.place("disc")
    with trade.database.transaction() as session:
        lock(session, order).state = State.EXPIRED
    assert trade.looks(order) is State.EXPIRED
    assert trade.services.gateway.session(trade.session_id(order)).status == "expired"


def test_a_second_page_is_closed_while_a_slow_payment_is_on_its_way(trade: Trade) -> None:
    order = trade.place("disc")
    slow = trade.session_id(order)
    with trade.database.transaction() as session:
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
    start_payment(trade.services, again_id)
    trade.at_stripe(paying.pay_late, slow)
    assert trade.looks(order) is State.PROCESSING
    assert trade.services.gateway.session(trade.session_id(order)).status == "expired"


@pytest.mark.parametrize("look", [sweep, look_at_all])
def test_an_order_that_cannot_be_looked_at_does_not_keep_the_others_waiting(
    trade: Trade, look: Callable[[Services], int]
) -> None:
    lost, paid = trade.place("disc"), trade.place("petal")
    trade.pays(paid)
    with trade.database.transaction() as session:
        session.execute(
            update(CheckoutAttempt).where(CheckoutAttempt.order_id == lost).values(stripe_id="cs_unknown")
        )
    trade.pass_time_for_holds()
    assert look(trade.services) == 1
    assert trade.order(paid).state == State.PAID
    assert trade.order(lost).state == State.AWAITING


def test_she_can_pay_when_she_tries_again_after_stripe_was_down_for_two_minutes(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = basket_store.new_token()
    with pytest.raises(GatewayDown):
        trade.press_pay(token, "disc", services=hooked(trade.services, create_session=down))
    later(monkeypatch, timedelta(minutes=2))
    assert "/stand-in/pay/" in trade.press_pay(token, "disc")
    assert trade.level("disc").reserved == 1


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_host_whose_clock_is_wrong_by_twenty_minutes_sweeps_no_live_hold(
    trade: Trade, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    order = trade.place("disc")
    later(monkeypatch, timedelta(minutes=minutes))
    sweep(trade.services)
    assert (trade.order(order).state, trade.level("disc").reserved) == (State.AWAITING, 1)
    trade.pays(order)
    assert trade.looks(order) is State.PAID


def test_a_refund_whose_webhook_was_lost_is_found_by_the_daily_look(trade: Trade) -> None:
    lately, long_ago = trade.place("disc"), trade.place("disc")
    for order in (lately, long_ago):
        trade.pays(order)
        trade.looks(order)
        trade.refunds(order)
    with trade.database.transaction() as session:
        session.get_one(Order, long_ago).placed_at = clock.now() - STILL_MOVES - timedelta(days=1)
    assert look_at_all(trade.services, placed_within=STILL_MOVES) == 1
    assert trade.order(lately).state == State.REFUNDED
    assert trade.order(long_ago).state == State.PAID
