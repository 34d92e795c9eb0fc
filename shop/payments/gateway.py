"""The only door to Stripe: every call the shop makes, and the check of every message it receives.

The same SDK speaks to Stripe over the network or, in one process, to any WSGI application that answers like
Stripe. Whatever comes back is turned into the records of `seen` at once, so no Stripe type travels further.
"""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes, urlsplit

import stripe
from requests.structures import CaseInsensitiveDict

from shop import clock
from shop.payments import stripe_objects
from shop.payments.gateway_errors import BadEvent, CannotExpire, GatewayDown, GatewayRefused
from shop.payments.patience import PatientSession
from shop.payments.stripe_snapshot import (
    BalanceSeen,
    DisputeSeen,
    EventSeen,
    MoveSeen,
    PaymentSnapshot,
    PayoutSeen,
    RefundSeen,
    SessionSeen,
)
from shop.payments.stripe_time import StripeTime

__all__ = [
    "API_VERSION",
    "BadEvent",
    "CannotExpire",
    "Gateway",
    "GatewayDown",
    "GatewayRefused",
    "WsgiClient",
]

API_VERSION: Final[str] = stripe.api_version
"""The version of Stripe's API that the installed SDK speaks; another version's events are not ours."""

TIMEOUT: Final = (3, 10)
"""Seconds to connect and to wait for each answer: a hung server must not hold a worker (the SDK waits 80)."""

RETRIES: Final = 1
"""More would keep somebody waiting on the page she came back to; the sweep asks again anyway."""
TOLERANCE_SECONDS: Final = 300
"""How far a webhook's timestamp may lie from now, either way. The SDK itself checks only the past."""

PAGE: Final = 100
IN_PROCESS: Final = "http://stand-in.invalid"

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """Stripe, or something that answers like it. Every method may raise GatewayDown or GatewayRefused."""

    def __init__(
        self,
        secret_key: str,
        webhook_secret: str,
        *,
        http_client: stripe.HTTPClient,
        api_base: str | None = None,
    ) -> None:
        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it writes whole requests down
        stripe.log = None  # whatever STRIPE_LOG says: a request holds the buyer's e-mail
        self._webhook_secret = webhook_secret
        self._time = StripeTime()
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")} if api_base else {},
            http_client=_Listening(http_client, self._time.hear),
            max_network_retries=RETRIES,
        )

    @classmethod
    def over_http(cls, secret_key: str, webhook_secret: str, api_base: str | None = None) -> "Gateway":
        """Over the network: to Stripe, or to the server at `api_base`, whose path is kept as a prefix."""
        client = stripe.RequestsClient(timeout=TIMEOUT, session=PatientSession())
        return cls(secret_key, webhook_secret, http_client=client, api_base=api_base)

    @classmethod
    def in_process(cls, app: WsgiApp, secret_key: str, webhook_secret: str) -> "Gateway":
        """To a WSGI application in this process, without a port. Call it outside any transaction."""
        return cls(secret_key, webhook_secret, http_client=WsgiClient(app), api_base=IN_PROCESS)

    def now(self) -> datetime:
        """This moment by Stripe's clock, as far as it was heard. Asks nothing; raises nothing."""
        return self._time.now()

    def hear_time(self) -> None:
        """Ask Stripe anything, unless it has answered lately, so that `now` is right. Raises nothing."""
        if not self._time.fresh:
            with suppress(GatewayDown, GatewayRefused), _stripe_errors():
                self._client.v1.checkout.sessions.list({"limit": 1})

    def create_session(self, request: Mapping[str, Any], key: str) -> SessionSeen:
        """Open a payment page. The same key and request give the same session again, never a second one."""
        with _stripe_errors():
            made = self._client.v1.checkout.sessions.create(
                cast("stripe.params.checkout.SessionCreateParams", dict(request)), {"idempotency_key": key}
            )
        return stripe_objects.session(made.to_dict())

    def session(self, session_id: str) -> SessionSeen:
        """One session as it stands."""
        with _stripe_errors():
            return stripe_objects.session(self._client.v1.checkout.sessions.retrieve(session_id).to_dict())

    def expire_session(self, session_id: str) -> SessionSeen:
        """Close an open payment page for good. Raises CannotExpire when it is complete or expired already."""
        try:
            with _stripe_errors():
                return stripe_objects.session(self._client.v1.checkout.sessions.expire(session_id).to_dict())
        except GatewayRefused as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise CannotExpire(session_id) from error
            raise

    def snapshot(self, session_ids: Iterable[str], *, nothing_returned: bool = False) -> PaymentSnapshot:
        """All that is known about these sessions: their payments, all refunds and all disputes of those.

        `nothing_returned`: as far as we know there are neither, so they are asked for only where the charge
        says that there are some. A refund that failed, and some disputes, leave no trace on the charge.
        """
        found = [self._with_payment(session_id) for session_id in session_ids]
        intents = {
            body["payment_intent"]["id"]: body["payment_intent"] for body in found if body["payment_intent"]
        }
        asked = [
            intent
            for intent, body in intents.items()
            if not nothing_returned or stripe_objects.returned(body["latest_charge"])
        ]
        return PaymentSnapshot(
            sessions=tuple(stripe_objects.session(body) for body in found),
            payments=tuple(stripe_objects.payment(body) for body in intents.values()),
            refunds=tuple(refund for intent in asked for refund in self._refunds(intent)),
            disputes=tuple(dispute for intent in asked for dispute in self._disputes(intent)),
        )

    def refund(self, payment_intent: str, amount_pence: int, key: str, mark: str | None = None) -> RefundSeen:
        """Give back part or all of a payment, and mark it as ours.

        The same key gives the same refund again for a day; after that only its mark tells that it was made.
        """
        params: stripe.params.RefundCreateParams = {"payment_intent": payment_intent, "amount": amount_pence}
        if mark is not None:
            params["metadata"] = {"request": mark}
        with _stripe_errors():
            made = self._client.v1.refunds.create(params, {"idempotency_key": key})
        return stripe_objects.refund(made.to_dict())

    def marked_refund(self, payment_intent: str, mark: str) -> RefundSeen | None:
        """The refund that carries this mark, whatever became of it; None when it was never made."""
        return next((refund for refund in self._refunds(payment_intent) if refund.mark == mark), None)

    def sessions_of(self, reference: str, *, since: datetime, until: datetime) -> list[SessionSeen]:
        """Every payment page of an order that was made in that time, newest first.

        Stripe's list cannot be asked for one reference, so the time should be short.
        """
        params: stripe.params.checkout.SessionListParams = {
            "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
            "limit": PAGE,
        }
        with _stripe_errors():
            page = self._client.v1.checkout.sessions.list(params)
            rows = (stripe_objects.session(row.to_dict()) for row in page.auto_paging_iter())
            return [seen for seen in rows if seen.client_reference_id == reference]

    def moves(self, *, payout: str | None = None) -> Iterator[MoveSeen]:
        """Every balance transaction, newest first: all, or those of one payout."""
        params: stripe.params.BalanceTransactionListParams = {"limit": PAGE}
        if payout is not None:
            params["payout"] = payout
        with _stripe_errors():
            for row in self._client.v1.balance_transactions.list(params).auto_paging_iter():
                yield stripe_objects.move(row.to_dict())

    def payouts(self) -> Iterator[PayoutSeen]:
        """Every payout, newest first."""
        with _stripe_errors():
            for row in self._client.v1.payouts.list({"limit": PAGE}).auto_paging_iter():
                yield stripe_objects.payout(row.to_dict())

    def balance(self) -> BalanceSeen:
        """What lies at Stripe now."""
        with _stripe_errors():
            return stripe_objects.balance(self._client.v1.balance.retrieve().to_dict())

    def read_event(self, raw: bytes, signature: str | None) -> EventSeen:
        """Believe a message to the webhook: the bytes as they came and the Stripe-Signature header.

        Version and mode are given back unchecked. Raises BadEvent for any message that is not signed with
        our secret within TOLERANCE_SECONDS of now (by our clock, or by Stripe's as it was heard), or that is
        signed but is no event.
        """
        stamp = _verified(raw, signature, self._webhook_secret)
        if min(abs(now.timestamp() - stamp) for now in (clock.now(), self.now())) > TOLERANCE_SECONDS:
            raise BadEvent("the signature's time is too far from now")
        try:
            return stripe_objects.event(json.loads(raw))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise BadEvent("the message is signed but is not an event") from error

    def _with_payment(self, session_id: str) -> dict[str, Any]:
        """A session, its payment and the charge in it, all as of one moment, in one call."""
        with _stripe_errors():
            return self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": ["payment_intent.latest_charge"]}
            ).to_dict()

    def _refunds(self, intent: str) -> Iterator[RefundSeen]:
        with _stripe_errors():
            page = self._client.v1.refunds.list({"payment_intent": intent, "limit": PAGE})
            for row in page.auto_paging_iter():
                yield self._dated_refund(row.to_dict())

    def _disputes(self, intent: str) -> Iterator[DisputeSeen]:
        with _stripe_errors():
            page = self._client.v1.disputes.list({"payment_intent": intent, "limit": PAGE})
            for row in page.auto_paging_iter():
                yield self._dated_dispute(row.to_dict())

    def _dated_refund(self, found: dict[str, Any]) -> RefundSeen:
        """A refund; of one that failed, when the money came back."""
        back = stripe_objects.identifier(found.get("failure_balance_transaction"))
        failed_at = None
        if back is not None:
            with suppress(GatewayRefused), _stripe_errors():
                row = self._client.v1.balance_transactions.retrieve(back)
                failed_at = stripe_objects.moment(row.created)
        return stripe_objects.refund(found, failed_at=failed_at)

    def _dated_dispute(self, found: dict[str, Any]) -> DisputeSeen:
        """A dispute; of one that is over, when it was decided, which only the event of it says.

        Stripe keeps events for 30 days (docs.stripe.com/api/events), and a restricted key may not list them.
        """
        if found["status"] not in stripe_objects.DISPUTE_ENDS:
            return stripe_objects.dispute(found)
        params: stripe.params.EventListParams = {
            "type": "charge.dispute.closed",
            "created": {"gte": found["created"]},
            "limit": PAGE,
        }
        with suppress(GatewayRefused), _stripe_errors():
            for event in self._client.v1.events.list(params).auto_paging_iter():
                if event.data.object["id"] == found["id"]:
                    return stripe_objects.dispute(found, closed_at=stripe_objects.moment(event.created))
        return stripe_objects.dispute(found)


def _verified(raw: bytes, signature: str | None, secret: str) -> int:
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


@contextmanager
def _stripe_errors() -> Iterator[None]:
    """Turn the SDK's errors into ours: what may pass by itself, and what will not."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise GatewayDown(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status
        if status is None or status in {409, 429} or not 400 <= status < 500:  # noqa: PLR2004
            raise GatewayDown(f"{type(error).__name__}, status {status}", status) from error
        # Not chained: Stripe's sentence can quote what was sent, and a traceback would print it.
        raise GatewayRefused(error.code, error.user_message or "", status) from None


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
