"""A Stripe that is silent, or answers drop by drop, keeps nobody waiting longer than a page may."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from flask import Flask

from shop.orders.lifecycle import State
from shop.payments import stripe_client
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import GatewayDown
from shop.payments.limited_session import CircuitBreaker, StripeTimeout
from shop.payments.sync import sync_order
from shop.payments.timeouts import BUYER_SECONDS, STAFF_SECONDS, seconds_left, within
from tests.harness import Harness

pytestmark = pytest.mark.slow


@contextmanager
def answering(drip: bytes | None) -> Iterator[tuple[str, list[float]]]:
    """A server that takes every call, and answers nothing at all or one byte every tenth of a second."""
    calls: list[float] = []
    stop = threading.Event()

    def serve(taken: socket.socket) -> None:
        with closing(taken):
            taken.recv(65536)
            calls.append(time.monotonic())
            while not stop.wait(0.1):
                if drip:
                    taken.send(drip)

    def listen() -> None:
        while not stop.is_set():
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(taken,)))
            threads[-1].start()

    listening = socket.create_server(("127.0.0.1", 0))
    threads = [threading.Thread(target=listen)]
    threads[0].start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", calls
    stop.set()
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize("drip", [None, b"H"], ids=["silent", "drop by drop"])
def test_all_that_a_page_asks_ends_in_the_time_it_has(drip: bytes | None) -> None:
    with answering(drip) as (address, _):
        gateway = Gateway.over_http("sk_test_1", "whsec_1", address)
        began = time.monotonic()
        with within(1.2):
            for _ in range(3):
                with pytest.raises(GatewayDown):
                    gateway.session("cs_1")
        assert time.monotonic() - began < 1.9


def test_an_answer_that_comes_drop_by_drop_is_given_up_too() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nContent-Type: application/json\r\n\r\n"
    with answering(head) as (address, _):
        gateway = Gateway.over_http("sk_test_1", "whsec_1", address)
        began = time.monotonic()
        with within(1.2), pytest.raises(GatewayDown):
            gateway.session("cs_1")
        assert time.monotonic() - began < 1.9


def test_after_a_silence_the_next_are_told_at_once_without_asking() -> None:
    with answering(None) as (address, calls):
        gateway = Gateway.over_http("sk_test_1", "whsec_1", address)
        with within(1.1), pytest.raises(GatewayDown):
            gateway.session("cs_1")
        asked = len(calls)
        began = time.monotonic()
        for _ in range(50):
            with within(4), pytest.raises(GatewayDown):
                gateway.session("cs_1")
        assert time.monotonic() - began < 1
        assert len(calls) == asked


def test_after_the_rest_one_asks_for_everybody_and_an_answer_ends_it() -> None:
    breaker = CircuitBreaker(rest_seconds=0)
    breaker.note(silent=True)
    breaker.ask()  # this one asks
    with pytest.raises(StripeTimeout):
        breaker.ask()  # and nobody else meanwhile
    breaker.note(silent=False)
    breaker.ask()
    breaker.ask()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_page_of_the_shop_is_bounded_for_buyers_and_for_staff(app: Flask) -> None:
    has: list[float] = []
    app.add_url_rule("/<path:any>", "any", lambda **_: str(has.append(seconds_left() or 0)))
    for path in ("/checkout/some-page", "/orders/x/some-page", "/owner/some-page"):
        app.test_client().get(path)
    buyer, order, owner = has
    assert 2.5 < buyer <= BUYER_SECONDS
    assert 2.5 < order <= BUYER_SECONDS
    assert 15 < owner <= STAFF_SECONDS
    assert seconds_left() is None


def test_a_stripe_that_takes_the_call_and_never_answers_is_given_up(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, answer = stripe_client.TIMEOUT
    assert (1 + stripe_client.RETRIES) * (connect + answer) < 60
    order = harness.place("disc")
    monkeypatch.setattr(stripe_client, "TIMEOUT", (0.1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as hung:
        address = f"http://127.0.0.1:{hung.getsockname()[1]}"
        services = replace(harness.services, gateway=Gateway.over_http("sk_test_1", "whsec_1", address))
        started = time.monotonic()
        with pytest.raises(GatewayDown):
            sync_order(services, order)
        assert time.monotonic() - started < 10
    harness.pays(order)
    assert harness.sync(order) is State.PAID
