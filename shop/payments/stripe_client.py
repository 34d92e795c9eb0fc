"""Stripe's SDK, and nothing else imports it: how it connects, what its errors mean, whose signature it knows.

The same SDK speaks to Stripe over the network or, in one process, to any WSGI application that answers like
Stripe.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from shop.left_out import left_out
from shop.payments.gateway_errors import BadEvent, GatewayDown, GatewayRefused, KeyTaken
from shop.payments.limited_session import LimitedSession

with left_out("aiohttp", "httpx"):  # clients for a loop that we have not got
    import stripe
    from requests.structures import CaseInsensitiveDict
    from stripe import StripeClient

__all__ = [
    "API_VERSION",
    "StripeClient",
    "WsgiClient",
    "in_process",
    "over_http",
    "translated",
    "verified",
]

API_VERSION: Final[str] = stripe.api_version
"""The version of Stripe's API that the installed SDK speaks; another version's events are not ours."""

TIMEOUT: Final = (3, 10)
"""Seconds to connect and to wait for each answer: a hung server must not hold a worker (the SDK waits 80)."""

RETRIES: Final = 1
"""More would keep somebody waiting on the page after paying; the sweep asks again anyway."""

IN_PROCESS: Final = "http://stand-in.invalid"

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

Hear = Callable[[Mapping[str, str]], None]
"""Is given the headers of every answer."""


def over_http(secret_key: str, api_base: str | None, hear: Hear) -> StripeClient:
    """A client to Stripe, or to the server at `api_base`, whose path is kept as a prefix."""
    return client(
        secret_key, api_base, stripe.RequestsClient(timeout=TIMEOUT, session=LimitedSession()), hear
    )


def in_process(secret_key: str, app: WsgiApp, hear: Hear) -> StripeClient:
    """A client to a WSGI application in this process, without a port."""
    return client(secret_key, IN_PROCESS, WsgiClient(app), hear)


def client(secret_key: str, api_base: str | None, transport: stripe.HTTPClient, hear: Hear) -> StripeClient:
    """The SDK's client over a transport: silent, and listened to."""
    stripe.enable_telemetry = False
    logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it writes whole requests down
    stripe.log = None  # whatever STRIPE_LOG says: a request holds the buyer's e-mail
    return StripeClient(
        secret_key,
        base_addresses={"api": api_base.rstrip("/")} if api_base else {},
        http_client=_Listening(transport, hear),
        max_network_retries=RETRIES,
    )


def verified(raw: bytes, signature: str | None, secret: str) -> int:
    """The signature's own timestamp, once the signature has been found to be ours. Raises BadEvent."""
    if not signature or not signature.isascii():
        raise BadEvent("the message carries no signature")
    try:
        stripe.WebhookSignature.verify_header(raw, signature, secret)
    except UnicodeDecodeError as error:
        raise BadEvent("the message is not UTF-8 text") from error
    except stripe.SignatureVerificationError as error:
        raise BadEvent("the signature is not ours") from error
    stamps = (part.partition("=") for part in signature.split(","))
    return next(int(value.partition("=")[0]) for name, _, value in stamps if name == "t")


def translated(error: Exception) -> Exception | None:
    """What an error of the SDK's is to us: what may pass by itself, or what will not. None: it is not its."""
    if isinstance(error, stripe.APIConnectionError):
        return GatewayDown(type(error).__name__)
    if not isinstance(error, stripe.StripeError):
        return None
    status = error.http_status
    if status is None or status in {409, 429} or not 400 <= status < 500:  # noqa: PLR2004
        return GatewayDown(f"{type(error).__name__}, status {status}", status)
    refused = KeyTaken if isinstance(error, stripe.IdempotencyError) else GatewayRefused
    return refused(error.code, error.user_message or "", status)


class _Listening(stripe.HTTPClient):
    """Another client, whose every answer is listened to for the time."""

    name = "listening"

    def __init__(self, inner: stripe.HTTPClient, hear: Callable[[Mapping[str, str]], None]) -> None:
        super().__init__()
        self._inner, self._hear = inner, hear

    def request(self, *args: Any, **how: Any) -> Any:
        """What the other client answers."""
        answer = self._inner.request(*args, **how)
        self._hear(answer[2])
        return answer

    def close(self) -> None:
        """Close the other client."""
        self._inner.close()  # type: ignore[no-untyped-call]


class WsgiClient(stripe.HTTPClient):
    """Hands each of the SDK's requests to a WSGI application in this process."""

    name = "wsgi"

    def __init__(self, app: WsgiApp) -> None:
        super().__init__()
        self._app = app

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Give the body, status and headers that the application answers with."""
        answer: dict[str, Any] = {}

        def start_response(status: str, found: list[tuple[str, str]], _error: Any = None) -> None:
            answer.update(status=int(status[:3]), headers=CaseInsensitiveDict(found))

        body = self._app(_environ(method, url, headers or {}, post_data), start_response)
        try:
            text = b"".join(body).decode()
        finally:
            getattr(body, "close", lambda: None)()
        return text, answer["status"], answer["headers"]

    def close(self) -> None:
        """Nothing is held open."""


def _environ(method: str, url: str, headers: Mapping[str, str], post_data: Any) -> dict[str, Any]:
    parts = urlsplit(url)
    body = post_data.encode() if isinstance(post_data, str) else (post_data or b"")
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in headers.items()
        if name.lower() not in {"content-type", "content-length"}
    }
    return environ | {
        "REQUEST_METHOD": method.upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": CaseInsensitiveDict(headers).get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
