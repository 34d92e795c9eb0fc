"""Webhooks that come early, late, doubled, all at once, or not at all: an order is settled once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from secrets import token_hex
from threading import Barrier

import pytest

from shop.giving import ledger as giving
from shop.mail import outbox
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments import sync as syncing
from shop.payments.gateway_errors import GatewayDown
from shop.payments.payment_page import start_payment
from shop.payments.sweep import sweep
from shop.standin import paying
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.helpers import PAID, fails, happened, settled_once
from tests.payments.webhook_client import WebhookClient, hooked


@ONE_ENGINE
def test_the_tab_was_closed_after_paying_and_the_webhook_alone_makes_the_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert settled_once(harness, order)


@ONE_ENGINE
def test_the_tab_was_closed_after_paying_and_no_webhook_came_but_the_sweep_finds_it(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert settled_once(harness, order)


def test_the_return_page_and_three_webhooks_meet_and_settle_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    news = webhook_client.news(*PAID)
    start = Barrier(2)

    def comes_back() -> State:
        start.wait(30)
        return harness.sync(order)

    def hears() -> list[int]:
        start.wait(30)
        return webhook_client.post_at_once(*news)

    with ThreadPoolExecutor(2) as pool:
        page, webhooks = pool.submit(comes_back), pool.submit(hears)
        assert page.result() is State.PAID
        assert webhooks.result() == [200, 200, 200]
    assert settled_once(harness, order)


def test_eight_identical_deliveries_at_once_settle_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    assert webhook_client.kept() == 1
    assert settled_once(harness, order)
    assert happened(harness, order).count("paid") == 1


class AnyVersion(int):
    """An order's version that every other agrees with."""

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


def no_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.webhooks.inbox.done", lambda *_: True)


def no_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    known = syncing._known
    monkeypatch.setattr(syncing, "_known", lambda *asked: replace(known(*asked), version=AnyVersion()))


def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "lock", lambda session, order_id: session.get_one(Order, order_id))


def no_ledger_key(monkeypatch: pytest.MonkeyPatch) -> None:
    post = giving.post
    monkeypatch.setattr(
        giving, "post", lambda *asked, key, **how: post(*asked, key=key + token_hex(4), **how)
    )


def no_email_key(monkeypatch: pytest.MonkeyPatch) -> None:
    put = outbox.put
    monkeypatch.setattr(
        outbox, "put", lambda session, **how: put(session, **{**how, "dedupe_key": token_hex(4)})
    )


@pytest.mark.parametrize("without", [no_inbox, no_versions, no_lock, no_ledger_key, no_email_key])
def test_without_any_one_guard_eight_deliveries_would_still_settle_once(
    harness: Harness,
    webhook_client: WebhookClient,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[[pytest.MonkeyPatch], None],
) -> None:
    without(monkeypatch)
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    webhook_client.stumbles.clear()  # another guard stood in the way; the worker tries again
    webhook_client.works(later=True)
    assert settled_once(harness, order)


@ONE_ENGINE
def test_an_event_whose_look_at_stripe_fails_is_kept_and_done_later(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.hook(snapshot=fails)
    assert (webhook_client.post(event), webhook_client.kept(), webhook_client.undone()) == (200, 1, 1)
    webhook_client.hook()
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(harness, order)


def test_an_event_whose_settling_fails_half_way_leaves_nothing_and_is_done_later(
    harness: Harness, webhook_client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    with monkeypatch.context() as broken:
        broken.setattr("shop.payments.settlement.ledger.bring_to", lambda *_, **__: 1 / 0)
        assert (webhook_client.post(event), webhook_client.undone()) == (200, 1)
    assert [type(stumble) for stumble in webhook_client.stumbles] == [ZeroDivisionError]
    webhook_client.stumbles.clear()
    assert (harness.order(order).state, harness.kept_pence(order)) == (State.AWAITING, 0)
    assert (harness.emails(order), harness.level("disc").reserved) == ([], 1)
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(harness, order)


@ONE_ENGINE
def test_the_webhook_comes_before_we_noted_the_sessions_id(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place_unanswered("disc")
    attempt = harness.attempt(order)

    def pays_before_we_hear(create: Callable[..., object], *asked: object) -> object:
        made = create(*asked)
        harness.at_stripe(paying.pay, made.id)  # type: ignore[attr-defined]
        assert [webhook_client.post(event) for event in webhook_client.news(*PAID)] == [200] * 3
        return made

    start_payment(hooked(harness.services, create_session=pays_before_we_hear), attempt.id)
    assert settled_once(harness, order)


def test_the_webhook_of_a_session_whose_answer_never_reached_us_makes_the_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place_unanswered("disc")
    attempt = harness.attempt(order)

    def answer_is_lost(create: Callable[..., object], *asked: object) -> None:
        create(*asked)
        fails()

    with pytest.raises(GatewayDown):
        start_payment(hooked(harness.services, create_session=answer_is_lost), attempt.id)
    made = harness.services.gateway.create_session(
        {**attempt.request, "customer_email": "ada@example.com"}, attempt.key
    )
    harness.at_stripe(paying.pay, made.id)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert harness.attempt(order).stripe_id == made.id
    assert settled_once(harness, order)
