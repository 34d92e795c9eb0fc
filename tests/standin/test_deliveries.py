"""Events on their way to the webhook: signed, once to each worker, again until it says yes."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from shop.db import Database
from shop.payments.gateway import Gateway
from shop.payments.stripe_client import API_VERSION
from shop.standin import deliveries
from shop.standin.config import Keys, derived_keys
from shop.standin.deliveries import deliver_due, post_with_requests, work
from shop.standin.models import StandinDelivery, StandinKey
from tests.engines import ONE_ENGINE
from tests.heard import heard
from tests.payments.conftest import SITE, Clock, Visitor

Wanted = Callable[..., dict[str, Any]]
URL = f"{SITE}/webhooks/stripe"


class Webhook:
    """The shop's end: answers with the statuses it is given, then 200, and remembers."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.received: list[tuple[str, bytes, Mapping[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.received.append((url, body, headers))
        return self.statuses.pop(0) if self.statuses else 200


@pytest.fixture
def deliver(database: Database, keys: Keys, time: Clock) -> Callable[[Any], int]:
    return lambda post: deliver_due(database, post, time.now(), url=URL, secret=keys.webhook_secret)


@pytest.fixture
def expired(gateway: Gateway, wanted: Wanted, time: Clock) -> str:
    """One session, expired: one event."""
    made = gateway.create_session(wanted(), "order-1-session-1")
    return gateway.expire_session(made.id).id


@ONE_ENGINE
def test_the_gateway_believes_what_the_stand_in_sends(
    deliver: Callable[[Any], int], gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    webhook = Webhook()
    assert deliver(webhook) == 4
    seen = [gateway.read_event(body, headers["Stripe-Signature"]) for _, body, headers in webhook.received]
    assert [one.type for one in seen] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert {(one.api_version, one.livemode, one.order_reference) for one in seen} == {
        (API_VERSION, False, "PM-7K3Q-2F")
    }
    assert {one.payment_intent for one in seen} == {gateway.session(made.id).payment_intent}
    assert (seen[-1].session_id, webhook.received[0][0]) == (made.id, URL)


def test_what_is_due_together_is_claimed_together_and_settled_together(
    deliver: Callable[[Any], int], gateway: Gateway, wanted: Wanted, tester: Visitor, database: Database
) -> None:
    """Each write waits for the disk, and keeps those waiting who buy meanwhile."""
    tester.choose(gateway.create_session(wanted(), "order-1-session-1").id, "pays")
    with heard(database.engine) as asked:
        assert deliver(Webhook()) == 4
    assert sum(statement.startswith("UPDATE") for statement, _ in asked) == 2


@ONE_ENGINE
def test_an_event_of_an_api_call_names_its_key_and_one_by_hand_has_none(
    deliver: Callable[[Any], int], gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    gateway.refund(gateway.session(made.id).payment_intent or "", 100, "refund-1")
    webhook = Webhook()
    deliver(webhook)
    asked = [json.loads(body)["request"]["idempotency_key"] for _, body, _ in webhook.received]
    assert asked == [None] * 4 + ["refund-1"] * 2


@ONE_ENGINE
def test_what_was_delivered_is_not_sent_again(deliver: Callable[[Any], int], expired: str) -> None:
    webhook = Webhook()
    assert (deliver(webhook), deliver(webhook)) == (1, 0)
    assert len(webhook.received) == 1


def test_what_was_refused_is_sent_again_later_and_later(
    deliver: Callable[[Any], int], expired: str, time: Clock
) -> None:
    webhook = Webhook(500, 0, 302)
    assert deliver(webhook) == 0
    assert deliver(webhook) == 0
    assert len(webhook.received) == 1
    for seconds in (5, 10):
        time.pass_(seconds=seconds - 1)
        deliver(webhook)
        time.pass_(seconds=1)
        assert deliver(webhook) == 0
    assert len(webhook.received) == 3
    time.pass_(seconds=20)
    assert deliver(webhook) == 1
    assert len({body for _, body, _ in webhook.received}) == 1


def test_after_twenty_refusals_it_is_given_up(
    deliver: Callable[[Any], int], database: Database, expired: str, time: Clock
) -> None:
    webhook = Webhook(*[500] * 30)
    for _ in range(30):
        deliver(webhook)
        time.pass_(hours=4)
    assert len(webhook.received) == deliveries.MOST_ATTEMPTS
    with database.reading() as session:
        row = session.scalars(select(StandinDelivery)).one()
    assert (row.state, row.last_status) == ("given up", 500)


def test_the_longest_wait_is_four_hours() -> None:
    assert deliveries.delay_after(1) == timedelta(seconds=5)
    assert deliveries.delay_after(2) == timedelta(seconds=10)
    assert max(map(deliveries.delay_after, range(1, 1000))) == timedelta(hours=4)


@ONE_ENGINE
def test_a_worker_that_died_while_sending_loses_nothing(
    deliver: Callable[[Any], int], expired: str, time: Clock
) -> None:
    def die(*_: Any) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(die)
    webhook = Webhook()
    assert deliver(webhook) == 0
    time.pass_(seconds=61)
    assert deliver(webhook) == 1


def test_no_transaction_is_open_while_an_event_travels(
    deliver: Callable[[Any], int], database: Database, expired: str
) -> None:
    def writing_webhook(*_: Any) -> int:
        with database.transaction() as session:
            session.execute(select(StandinDelivery).with_for_update(nowait=True)).all()
        return 200

    assert deliver(writing_webhook) == 1


def test_eight_workers_at_once_deliver_each_event_once(
    deliver: Callable[[Any], int], gateway: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    for n in range(3):
        tester.choose(gateway.create_session(wanted(), f"order-{n}-session-1").id, "pays")
    webhook, together, delivered = Webhook(), threading.Barrier(8), []

    def one_worker() -> None:
        together.wait()
        delivered.append(deliver(webhook))

    threads = [threading.Thread(target=one_worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(delivered) == len(webhook.received) == 12
    assert len({body for _, body, _ in webhook.received}) == 12


def test_the_worker_expires_releases_forgets_and_delivers(
    standin: Flask, database: Database, gateway: Gateway, wanted: Wanted, tester: Visitor, time: Clock
) -> None:
    paid = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(paid.id, "pays")
    gateway.create_session(wanted(), "order-2-session-1")
    time.pass_(days=2)
    webhook = Webhook()
    assert work(standin.extensions["standin"], webhook, time.now()) == 5
    assert {url for url, _, _ in webhook.received} == {URL}
    assert gateway.balance().pending == 0 < gateway.balance().available
    with database.reading() as session:
        assert session.scalars(select(StandinKey)).all() == []


def test_events_cross_a_real_port(
    deliver: Callable[[Any], int], expired: str, keys: Keys, database: Database, time: Clock
) -> None:
    received = []

    def shop(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        received.append((environ["PATH_INFO"], environ["HTTP_STRIPE_SIGNATURE"]))
        start_response("204 No Content", [])
        return []

    server = make_server("127.0.0.1", 0, shop)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
    delivered = deliver_due(database, post_with_requests, time.now(), url=url, secret=keys.webhook_secret)
    server.shutdown()
    thread.join()
    server.server_close()
    assert delivered == 1
    assert received[0][0] == "/webhooks/stripe"
    assert post_with_requests(url, b"{}", {}) == 0


def test_two_shops_share_no_keys_and_show_none() -> None:
    assert derived_keys("one").secret_key != derived_keys("two").secret_key
    assert derived_keys("one") == derived_keys("one")
    assert derived_keys("one").webhook_secret not in repr(derived_keys("one"))
