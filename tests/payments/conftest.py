"""A stand-in on each database, a gateway to it in this process, and a tester with a browser."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop import clock
from shop.db import Database
from shop.payments.gateway import Gateway
from shop.payments.session_request import session_request
from shop.settings import PaymentMode
from shop.standin.application import create_standin
from shop.standin.config import Keys, derived_keys
from shop.standin.models import StandinEvent
from tests.harness import Harness, open_harness
from tests.payments.webhook_client import WebhookClient

SITE = "http://shop.example"


class Clock:
    """The time, standing still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.at

    def pass_(self, **spans: float) -> None:
        self.at += timedelta(**spans)


@dataclass
class Exchange:
    """One request and its answer, as they crossed the wire."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: dict[str, Any]
    answer_headers: dict[str, str]


@dataclass
class Recorder:
    """A WSGI application around another that remembers what passed through it."""

    app: Callable[..., Iterable[bytes]]
    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(sent)
        began: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            began.update(status=int(status[:3]), headers=dict(headers))
            return start_response(status, headers, error)

        answer = b"".join(self.app(environ, start))
        query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        self.exchanges.append(
            Exchange(
                method=environ["REQUEST_METHOD"],
                url=environ["PATH_INFO"] + query,
                headers=headers,
                body=sent,
                status=began["status"],
                answer=json.loads(answer),
                answer_headers=began["headers"],
            )
        )
        return [answer]


class Visitor:
    """Somebody who tries the payment page and the dashboard in a browser."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        self.token = ""

    def post(self, path: str, **fields: str) -> TestResponse:
        page = self.browser.get("/").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        return self.browser.post(path, data={"csrf_token": token, **fields})

    def choose(self, session_id: str, outcome: str) -> TestResponse:
        return self.post(f"/pay/{session_id}", outcome=outcome)


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)


@pytest.fixture
def webhook_client(app: Flask, harness: Harness) -> Iterator[WebhookClient]:
    opened = WebhookClient(app, harness)
    yield opened
    assert opened.stumbles == []


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(clock, "now", standing.now)
    return standing


@pytest.fixture
def keys() -> Keys:
    return derived_keys("a secret for tests")


@pytest.fixture
def standin(database: Database, keys: Keys) -> Flask:
    app = create_standin(
        database,
        mode=PaymentMode.STAND_IN,
        secret_key=keys.secret_key,
        webhook_secret=keys.webhook_secret,
        site_url=SITE,
        webhook_url=f"{SITE}/webhooks/stripe",
        prefix="/stand-in",
    )
    app.testing = True
    return app


@pytest.fixture
def wire(standin: Flask) -> Recorder:
    return Recorder(standin)


@pytest.fixture
def gateway(wire: Recorder, keys: Keys) -> Gateway:
    return Gateway.in_process(wire, keys.secret_key, keys.webhook_secret)


@pytest.fixture
def tester(standin: Flask) -> Iterator[Visitor]:
    with standin.test_client() as browser:
        yield Visitor(browser)


@pytest.fixture
def wanted(time: Clock) -> Callable[..., dict[str, Any]]:
    """A request for a payment page: two hearts, a thread and the postage, £255.95 in all."""

    def make(reference: str = "PM-7K3Q-2F", minutes: int = 31) -> dict[str, Any]:
        return session_request(
            reference=reference,
            email="buyer@shop.example",
            lines=[
                ("Heart, sterling silver, 18 inches", 8500, 2),
                ("Thread, sterling silver, 16 inches", 8200, 1),
            ],
            postage=("Tracked post", 395),
            success_url=f"{SITE}/checkout/thanks?session={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{SITE}/basket",
            expires_at=int(clock.now().timestamp()) + minutes * 60,
        )

    return make


@pytest.fixture
def told(database: Database) -> Callable[[], list[str]]:
    """The types of all events so far, in their order."""

    def types() -> list[str]:
        with database.reading() as session:
            return list(session.scalars(select(StandinEvent.type).order_by(StandinEvent.number)))

    return types
