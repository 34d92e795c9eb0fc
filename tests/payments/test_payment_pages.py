"""One order, several payment pages: of all that are opened, closed, paid and expire, one counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from shop import stock
from shop.checkout import basket_reading, basket_store
from shop.checkout.pay import AlreadyPaid
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import CheckoutAttempt
from shop.payments.stripe_snapshot import RefundSeen
from shop.payments.sweep import sweep
from shop.payments.sync import sync_order
from shop.standin import paying
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.helpers import PAID, asked_refunds, fails, money, second_page, settled_once
from tests.payments.webhook_client import WebhookClient, hooked


@ONE_ENGINE
def test_the_expiry_of_an_old_session_does_not_undo_a_paid_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    old = harness.session_id(order)
    new = second_page(harness, order)
    harness.at_stripe(paying.pay, new)
    harness.sync(order)
    assert harness.services.gateway.session(old).status == "expired"  # closed as soon as the other was paid
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(harness, order)


@ONE_ENGINE
def test_a_paid_order_is_paid_even_when_the_first_thing_heard_is_the_expiry_of_its_old_page(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    old = harness.session_id(order)
    harness.at_stripe(paying.pay, second_page(harness, order))
    harness.at_stripe(paying.expire, old)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(harness, order)


@ONE_ENGINE
def test_the_late_news_of_an_expiry_does_not_take_the_stock_of_a_second_try(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    token, order = tries_to_pay(harness)
    harness.at_stripe(paying.expire, harness.session_id(order))
    harness.sync(order)
    (expiry,) = webhook_client.news("checkout.session.expired")

    def news_comes_first(create: Callable[..., object], *asked: object) -> object:
        assert webhook_client.post(expiry) == 200
        return create(*asked)

    press(harness, token, create_session=news_comes_first)
    assert harness.order(order).state == State.AWAITING
    assert harness.level("disc").reserved == 1
    harness.pays(order)
    harness.sync(order)
    assert settled_once(harness, order)


def test_two_paid_sessions_for_one_order_and_the_second_goes_back_with_an_email(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    before = harness.level("disc").on_hand
    order = harness.place("disc")
    first = harness.session_id(order)
    second = second_page(harness, order)
    for page in (first, second):
        harness.at_stripe(paying.pay, page)
    assert set(webhook_client.post_at_once(*webhook_client.news(*PAID))) == {200}
    sweep(harness.services)
    harness.sync(order)
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("surplus", total), ("refund", -total)]
    assert harness.emails(order) == ["order-confirmation", "paid-twice"]
    (asked,) = asked_refunds(harness, order)
    assert asked.payment_intent in {
        harness.services.gateway.session(p).payment_intent for p in (first, second)
    }
    assert asked.amount_pence == total
    assert asked.key == f"order-{harness.order(order).reference}-surplus-{asked.payment_intent}"
    assert (harness.order(order).state, harness.given()) == (State.PAID, 500)
    assert harness.level("disc") == stock.Level(before - 1, 0)
    assert harness.sound() == []


def test_the_second_payment_goes_back_once_however_often_the_refund_is_sent(harness: Harness) -> None:
    order = harness.place("disc")
    first = harness.session_id(order)
    for page in (first, second_page(harness, order)):
        harness.at_stripe(paying.pay, page)
    sent = []

    def answer_is_lost(refund: Callable[..., RefundSeen], *asked: object) -> RefundSeen:
        sent.append(refund(*asked))
        raise GatewayDown("no answer")

    services = hooked(harness.services, refund=answer_is_lost)
    for _ in range(3):
        sync_order(services, order)
    assert len({refund.id for refund in sent}) == 1
    assert harness.kept_pence(order) == harness.order(order).total_pence


def tries_to_pay(harness: Harness, *slugs: str) -> tuple[str, int]:
    """A basket with its cookie, and the order after the buyer pressed the button."""
    token = basket_store.new_token()
    press(harness, token, *slugs)
    return token, order_of(harness, token)


def press(harness: Harness, token: str, *slugs: str, **hooks: Callable[..., object]) -> str:
    """The buyer presses "Place order and pay". Give the payment page's address."""
    return harness.press_pay(token, *(slugs or ("disc",)), services=hooked(harness.services, **hooks))


def order_of(harness: Harness, token: str) -> int:
    with harness.database.transaction() as session:
        held = basket_reading.lock_own(session, token)
        assert held is not None
        assert held.order_id is not None
        return held.order_id


def pages(harness: Harness) -> list[str]:
    """How every payment page that was ever made stands at Stripe."""
    with harness.database.reading() as session:
        ids = session.scalars(select(CheckoutAttempt.stripe_id).order_by(CheckoutAttempt.id)).all()
    return [harness.services.gateway.session(found).status for found in ids if found]


@ONE_ENGINE
def test_pressing_twice_gives_the_same_page(harness: Harness) -> None:
    token, _ = tries_to_pay(harness)
    assert press(harness, token) == press(harness, token)
    assert pages(harness) == ["open"]
    assert harness.level("disc").reserved == 1


def test_pressing_twice_at_once_gives_one_page(harness: Harness) -> None:
    token = basket_store.new_token()
    harness.basket(token, "disc")
    start = Barrier(4)

    def presses(_: int) -> str:
        start.wait(30)
        return press(harness, token)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(presses, range(4)))) == 1
    assert pages(harness) == ["open"]
    assert harness.level("disc").reserved == 1


def test_checking_out_again_with_a_changed_basket_closes_the_old_page_at_stripe_first(
    harness: Harness,
) -> None:
    token, old = tries_to_pay(harness)
    at_opening: list[list[str]] = []

    def watching(create: Callable[..., object], *asked: object) -> object:
        at_opening.append(pages(harness))
        return create(*asked)

    press(harness, token, "petal", create_session=watching)
    assert at_opening == [["expired"]]
    assert pages(harness) == ["expired", "open"]
    assert harness.order(old).state == State.EXPIRED
    assert (harness.level("disc").reserved, harness.level("petal").reserved) == (0, 1)


def test_no_second_page_is_opened_while_the_old_one_cannot_be_closed(harness: Harness) -> None:
    token, _ = tries_to_pay(harness)
    with pytest.raises(GatewayDown):
        press(harness, token, "petal", expire_session=fails)
    assert pages(harness) == ["open"]


@ONE_ENGINE
def test_checking_out_again_after_paying_leads_to_the_paid_order(harness: Harness) -> None:
    token, order = tries_to_pay(harness)
    harness.pays(order)
    with pytest.raises(AlreadyPaid) as paid:
        press(harness, token, "petal")
    assert paid.value.session_id == harness.session_id(order)
    assert settled_once(harness, order)
