"""How the SDK reaches the server: over a port of this machine, or in this process; and signed webhooks."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import stripe
from werkzeug.serving import WSGIRequestHandler, make_server

from shop.payments import stripe_client
from shop.payments.gateway import Gateway
from shop.payments.stripe_client import WsgiClient
from tests.faults.stripe_server.account import Body
from tests.faults.stripe_server.server import StripeServer, Unanswered

WEBHOOK_SECRET = "whsec_server_of_the_tests"


class InProcess(WsgiClient):
    """The SDK's transport to the server in this process. It feels a lost connection."""

    def request(self, *args: Any, **kwargs: Any) -> tuple[str, int, Mapping[str, str]]:
        try:
            return super().request(*args, **kwargs)
        except Unanswered as error:
            raise stripe.APIConnectionError("the connection was reset", should_retry=True) from error


def without_pauses(patch: pytest.MonkeyPatch) -> None:
    """The SDK tries again at once."""
    patch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_args: 0.0)


def gateway_to(server: StripeServer) -> Gateway:
    """The shop's gateway, with the real SDK inside, to the server in this process."""
    client = InProcess(server)
    return Gateway(
        partial(stripe_client.client, server.secret_key, "http://stripe.invalid", client), WEBHOOK_SECRET
    )


@contextmanager
def on_a_port(server: StripeServer) -> Iterator[str]:
    """The server on a free port; gives its address. An unanswered request ends with the connection."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        try:
            return server(environ, start_response)
        except Unanswered:
            connection: socket.socket = environ["werkzeug.socket"]
            connection.shutdown(socket.SHUT_RDWR)
            raise  # which werkzeug takes for a lost connection, and keeps quiet about

    listening = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Plain)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.port}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


class Plain(WSGIRequestHandler):
    """Adds no header of its own: the Date is Stripe's."""

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""


def signed(event: Body, at: int, secret: str = WEBHOOK_SECRET) -> tuple[bytes, str]:
    """An event as it is posted to a webhook: its bytes, and the Stripe-Signature header."""
    body = json.dumps(event).encode()
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={at},v1={mac}"
