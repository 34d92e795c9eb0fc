"""The server: one WSGI application that reads a request, judges it, does it, and judges its own answer."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from tests.faults.stripe_server import api
from tests.faults.stripe_server.account import Account, Body, Refusal
from tests.faults.stripe_server.faults import UNANSWERED, UNDONE, Fault, Weather
from tests.faults.stripe_server.idempotency import Keys
from tests.faults.stripe_server.specification import (
    VERSION,
    Operation,
    answer_problems,
    decode,
    operation_of,
)

SECRET_KEY = "sk_test_server_of_the_tests"
LAID = {
    Fault.ERROR_BEFORE: (500, "api_error", None, "An error occurred internally with Stripe."),
    Fault.ERROR_AFTER: (500, "api_error", None, "An error occurred internally with Stripe."),
    Fault.BUSY: (429, "invalid_request_error", "rate_limit", "Too many requests."),
    Fault.LOCKED: (409, "invalid_request_error", "lock_timeout", "This object is being used elsewhere."),
    Fault.UNAUTHORISED: (401, "invalid_request_error", None, "Invalid API Key provided."),
}


class Unanswered(ConnectionResetError):
    """The connection is gone before an answer."""


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass
class StripeServer:
    """Stripe over HTTP, for one account."""

    account: Account = field(default_factory=Account)
    secret_key: str = SECRET_KEY
    before: Callable[[Request], None] = lambda _request: None
    """Called with each request before anything else; a test may let the world go on here."""
    after: Callable[[Request], None] = lambda _request: None
    heard: Counter[str] = field(default_factory=Counter)
    """How often each operation was asked for."""

    def __post_init__(self) -> None:
        self.weather = Weather(self.account)
        self.keys = Keys(self.account)
        self.turn = threading.RLock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = _read(environ)
        self.before(request)
        with self.turn:
            status, answer, headers = self.answer(request)
        self.after(request)
        date = format_datetime(datetime.fromtimestamp(self.account.now(), UTC), usegmt=True)
        headers |= {"Content-Type": "application/json", "Date": date, "Stripe-Version": VERSION}
        phrase = HTTPStatus(status).phrase
        start_response(f"{status} {phrase}", list(headers.items()))
        return [json.dumps(answer).encode()]

    def answer(self, request: Request) -> tuple[int, Body, dict[str, str]]:
        """Status, body and headers. Raises Unanswered."""
        operation = operation_of(request.method, request.path)
        if operation is None:
            self.account.problems.append(f"{request.method} {request.path} is no operation we know")
            return 404, _error("invalid_request_error", None, "Unrecognized request URL."), {}
        self.heard[" ".join(operation)] += 1
        fault = self.weather.strike(" ".join(operation))
        try:
            status, answer, headers = self._judged(request, operation, fault)
        except Refusal as refusal:
            kind = "idempotency_error" if refusal.code == "idempotency_error" else "invalid_request_error"
            code = None if refusal.code == "idempotency_error" else refusal.code
            status, headers = refusal.status, {}
            answer = _error(kind, code, str(refusal), refusal.param)
        if fault in UNANSWERED:
            raise Unanswered
        self._complain(request, answer_problems(operation, status, answer))
        return status, answer, headers

    def _judged(
        self, request: Request, operation: Operation, fault: Fault | None
    ) -> tuple[int, Body, dict[str, str]]:
        if request.headers.get("authorization") != f"Bearer {self.secret_key}":
            raise Refusal(401, "Invalid API Key provided.")
        params, problems = decode(operation, request.query, request.body)
        self._complain(request, [*problems, *_header_problems(request)])
        if problems:
            raise Refusal(400, "; ".join(problems), code="parameter_invalid")
        if fault in {Fault.UNAUTHORISED, Fault.BUSY, Fault.LOCKED}:
            return _laid(fault)
        if request.method == "GET" or request.key is None:
            return self._done(request, operation, params, fault)
        before = self.keys.before(request.key, request.path, params)
        if before is not None:
            return before.status, before.body, {"Idempotent-Replayed": "true"}
        if fault in {Fault.RESET_BEFORE, Fault.SILENT}:
            raise Unanswered
        try:
            status, answer, headers = self._done(request, operation, params, fault)
        except Refusal as refusal:
            if refusal.param is None:  # a request that failed validation is not kept
                said = _error("invalid_request_error", refusal.code, str(refusal))
                self.keys.keep(request.key, request.path, params, refusal.status, said)
            raise
        self.keys.keep(request.key, request.path, params, status, answer)
        return status, answer, headers

    def _done(
        self, request: Request, operation: Operation, params: Body, fault: Fault | None
    ) -> tuple[int, Body, dict[str, str]]:
        if fault in UNDONE:
            return _laid(fault)
        answer = api.answer(self.account, operation, request.path, params, request.key)
        return _laid(fault) if fault is Fault.ERROR_AFTER else (200, answer, {})

    def _complain(self, request: Request, problems: Iterable[str]) -> None:
        self.account.problems += [f"{request.method} {request.path}: {problem}" for problem in problems]


def _read(environ: Mapping[str, Any]) -> Request:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    return Request(
        environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), body, headers
    )


def _header_problems(request: Request) -> list[str]:
    problems = []
    if request.headers.get("stripe-version") != VERSION:
        problems.append(f"Stripe-Version is {request.headers.get('stripe-version')}")
    if request.method == "POST" and not request.key:
        problems.append("no Idempotency-Key")
    return problems


def _laid(fault: Fault | None) -> tuple[int, Body, dict[str, str]]:
    assert fault is not None
    status, kind, code, message = LAID.get(fault, LAID[Fault.ERROR_BEFORE])
    return status, _error(kind, code, message), {}


def _error(kind: str, code: str | None, message: str, param: str | None = None) -> Body:
    said = {"type": kind, "code": code, "message": message, "param": param}
    return {"error": {name: value for name, value in said.items() if value is not None}}
