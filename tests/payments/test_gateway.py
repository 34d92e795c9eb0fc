"""The gateway against the stand-in, in one process and over a real port: the same answers either way."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from shop.payments import gateway as module
from shop.payments import stripe_client
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import CannotExpire, GatewayDown, GatewayRefused
from shop.payments.stripe_client import API_VERSION
from shop.standin.config import Keys
from tests.engines import ONE_ENGINE
from tests.payments.conftest import Recorder, Visitor

Wanted = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)


def serve(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(wire: Recorder) -> Iterator[str]:
    """The stand-in on a port of this machine, mounted under a path as it is beside the shop."""
    for origin in serve(DispatcherMiddleware(Response("no such page", status=404), {"/stand-in": wire})):
        yield f"{origin}/stand-in"


@pytest.fixture(params=["in process", "over a port"])
def either(request: pytest.FixtureRequest, keys: Keys, gateway: Gateway, address: str) -> Gateway:
    if request.param == "in process":
        return gateway
    return Gateway.over_http(keys.secret_key, keys.webhook_secret, address)


def test_the_version_is_the_one_the_sdk_is_pinned_to(either: Gateway, wanted: Wanted, wire: Recorder) -> None:
    either.create_session(wanted(), "order-1-session-1")
    assert wire.exchanges[0].headers["stripe-version"] == API_VERSION == "2026-10-28.endive"
    assert "x-stripe-client-telemetry" not in wire.exchanges[0].headers


def test_a_new_session_is_open_and_costs_what_was_asked(either: Gateway, wanted: Wanted) -> None:
    seen = either.create_session(wanted(), "order-1-session-1")
    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert (seen.amount_total, seen.currency, seen.livemode) == (2 * 8500 + 8200 + 395, "gbp", False)
    assert (seen.client_reference_id, seen.payment_intent) == ("PM-7K3Q-2F", None)
    assert int(seen.expires_at.timestamp()) == wanted()["expires_at"]
    assert seen.url == f"http://shop.example/stand-in/pay/{seen.id}"


def test_asking_again_with_the_same_key_opens_no_second_page(
    either: Gateway, wanted: Wanted, wire: Recorder
) -> None:
    request = wanted()
    first = either.create_session(request, "order-1-session-1")
    assert either.create_session(request, "order-1-session-1") == first
    assert either.create_session(request, "order-1-session-2") != first
    assert [one.answer_headers.get("Idempotent-Replayed") for one in wire.exchanges] == [None, "true", None]


def test_a_key_used_for_another_request_is_refused(either: Gateway, wanted: Wanted) -> None:
    either.create_session(wanted(), "order-1-session-1")
    with pytest.raises(GatewayRefused, match="refused"):
        either.create_session(wanted(reference="PM-OTHER"), "order-1-session-1")


def test_an_expired_session_can_be_neither_paid_nor_expired_again(
    either: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = either.create_session(wanted(), "order-1-session-1")
    closed = either.expire_session(made.id)
    assert (closed.status, closed.url) == ("expired", None)
    with pytest.raises(CannotExpire) as refused:
        either.expire_session(made.id)
    assert refused.value.session_id == made.id
    assert tester.choose(made.id, "pays").status_code == 410
    assert either.session(made.id).payment_status == "unpaid"


def test_a_paid_session_cannot_be_expired(either: Gateway, wanted: Wanted, tester: Visitor) -> None:
    made = either.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    with pytest.raises(CannotExpire):
        either.expire_session(made.id)


def test_expiring_a_session_that_never_was_is_refused(either: Gateway) -> None:
    with pytest.raises(GatewayRefused) as refused:
        either.expire_session("cs_test_nothing")
    assert (refused.value.code, refused.value.status) == ("resource_missing", 404)


def test_the_snapshot_holds_every_refund_however_many_pages_they_fill(
    either: Gateway, wanted: Wanted, tester: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    made = either.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    intent = either.session(made.id).payment_intent
    assert intent
    refunds = [either.refund(intent, 100 + n, f"refund-{n}") for n in range(5)]
    snapshot = either.snapshot([made.id])
    assert sorted(snapshot.refunds, key=lambda one: one.amount) == refunds
    assert {refund.status for refund in refunds} == {"succeeded"}


def test_the_snapshot_of_two_sessions_holds_both_payments(
    either: Gateway, wanted: Wanted, tester: Visitor
) -> None:
    made = [either.create_session(wanted(), f"order-1-session-{n}") for n in (1, 2, 3)]
    tester.choose(made[0].id, "pays")
    tester.choose(made[1].id, "declined")
    snapshot = either.snapshot([one.id for one in made])
    assert [one.status for one in snapshot.sessions] == ["complete", "open", "open"]
    assert [one.status for one in snapshot.payments] == ["succeeded", "requires_payment_method"]
    assert [one.charge_id is None for one in snapshot.payments] == [False, True]
    assert [one.amount_received for one in snapshot.payments] == [25595, 0]


def test_a_refund_with_the_same_key_is_made_once(either: Gateway, wanted: Wanted, tester: Visitor) -> None:
    made = either.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    intent = either.session(made.id).payment_intent or ""
    assert either.refund(intent, 8500, "refund-1") == either.refund(intent, 8500, "refund-1")
    assert len(either.snapshot([made.id]).refunds) == 1


def test_more_than_was_paid_is_not_given_back(either: Gateway, wanted: Wanted, tester: Visitor) -> None:
    made = either.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    intent = either.session(made.id).payment_intent or ""
    either.refund(intent, 25000, "refund-1")
    with pytest.raises(GatewayRefused) as refused:
        either.refund(intent, 596, "refund-2")
    assert refused.value.code == "amount_too_large"
    either.refund(intent, 595, "refund-3")
    with pytest.raises(GatewayRefused) as refused:
        either.refund(intent, 1, "refund-4")
    assert refused.value.code == "charge_already_refunded"


def test_a_refusal_does_not_print_what_was_sent(either: Gateway, wanted: Wanted) -> None:
    with pytest.raises(GatewayRefused) as refused:
        either.create_session(wanted() | {"customer_email": "not an address"}, "order-1-session-1")
    assert refused.value.code == "email_invalid"
    assert "address" not in str(refused.value)
    assert refused.value.__suppress_context__


@ONE_ENGINE
def test_a_wrong_key_is_refused(standin: Flask) -> None:
    with pytest.raises(GatewayRefused) as refused:
        Gateway.in_process(standin, "sk_test_wrong", "whsec").session("cs_test_1")
    assert refused.value.status == 401


def test_nobody_listening_is_down_and_not_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(GatewayDown):
            Gateway.over_http("sk_test_1", "whsec", address).session("cs_test_1")


def test_a_server_that_answers_too_late_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_client, "TIMEOUT", (0.1, 0.1))
    monkeypatch.setattr(stripe_client, "RETRIES", 0)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(GatewayDown):
        Gateway.over_http("sk_test_1", "whsec", f"http://127.0.0.1:{silent.getsockname()[1]}").session("cs_1")


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_what_may_pass_by_itself_is_tried_twice_and_then_down(status: int) -> None:
    calls = []

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        calls.append(environ.get("HTTP_IDEMPOTENCY_KEY"))
        start_response(f"{status} Busy", [("Content-Type", "application/json")])
        return [b'{"error": {"type": "api_error", "message": "busy"}}']

    with pytest.raises(GatewayDown):
        Gateway.in_process(busy, "sk_test_1", "whsec").refund("pi_1", 100, "refund-1")
    assert calls == ["refund-1"] * (1 if status == 429 else 2)


def test_an_answer_that_is_not_stripes_is_down() -> None:
    def proxy(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<h1>Captive portal</h1>"]

    with pytest.raises(GatewayDown):
        Gateway.in_process(proxy, "sk_test_1", "whsec").session("cs_1")
