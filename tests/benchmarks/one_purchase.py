"""One whole purchase in this process: what each request asks of the databases, and what it costs.

Nothing travels: the shop, its stand-in and its worker are called as WSGI applications and functions.
"""

import gc
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine

from shop import clock
from shop.engraving import cut_check
from shop.standin import deliveries
from shop.webhooks import handlers
from shop.worker import Worker
from tests.shopper import DETAILS, Shopper, changed, form_on, title

BUYER = ("add", "form", "details", "last look", "pay", "card", "thanks")
"""The buyer's requests, in order; "card" is the payment page and the press on its button."""
NAMES = ("Caoimhe", "Henry", "Merike", "Ada", "Jack", "Rosalind", "Wren")

NEWS = ("events", "look", "e-mail")
"""What follows: the webhook takes the events, the worker looks at the order, and its e-mail leaves."""


@dataclass
class Cost:
    """What one step took."""

    statements: list[str] = field(default_factory=list)
    """Everything sent to a database but BEGIN, COMMIT and ROLLBACK."""
    transactions: int = 0
    """BEGIN, COMMIT and ROLLBACK that travelled."""
    cpu_ms: float = 0
    gate_ms: float = 0
    """Of it, for holding what is cut against its drawing: once for each new drawing."""
    locked_ms: float = 0
    """How long SQLite's write lock was held."""

    @property
    def round_trips(self) -> int:
        """Times something was sent to a database and waited for."""
        return len(self.statements) + self.transactions

    @property
    def counted(self) -> Counter[str]:
        """The statements, each with how often it was sent."""
        return Counter(" ".join(statement.split()) for statement in self.statements)


class Meter:
    """Adds up what happens to these engines into the step that is under way."""

    def __init__(self, engines: Iterable[Engine]) -> None:
        self.steps: dict[str, Cost] = {}
        self._now = Cost()
        self._locked_at: dict[int, float] = {}
        self._engines = tuple(engines)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Nothing is added up outside of this."""
        with ExitStack() as until:
            for engine in self._engines:
                dialect = engine.dialect  # SQLAlchemy's own events would cost more than what they count
                for name, around in (
                    ("do_execute", self._sending), ("do_executemany", self._sending),
                    ("do_execute_no_params", self._sending),
                    ("do_commit", self._ending), ("do_rollback", self._ending), ("do_ping", self._pinging)
                ):  # fmt: skip
                    until.enter_context(patch.object(dialect, name, partial(around, getattr(dialect, name))))
            yield

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What is done inside belongs to this step."""
        self._now = self.steps.setdefault(name, Cost())
        began = time.process_time()
        try:
            yield
        finally:
            self._now.cpu_ms += 1000 * (time.process_time() - began)
            self._now = Cost()

    def around(self, name: str, behind: WSGIApplication) -> WSGIApplication:
        """The application, each of whose answers belongs to this step."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with self.step(name):
                return list(behind(environ, start_response))

        return answer

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Count the gate apart from everything else."""
        held = cut_check.checked_cut

        def timed(*asked: object, **how: object) -> object:
            began = time.process_time()
            try:
                return held(*asked, **how)  # type: ignore[arg-type]
            finally:
                spent = 1000 * (time.process_time() - began)
                self._now.gate_ms += spent
                self._now.cpu_ms -= spent

        with patch.object(cut_check, "checked_cut", timed):
            yield

    def _sending(self, send: Callable[..., None], cursor: Any, statement: str, *given: object) -> None:
        self._note(cursor, statement)
        send(cursor, statement, *given)

    def _note(self, cursor: Any, statement: str) -> None:
        if statement.startswith("BEGIN"):
            if "IMMEDIATE" in statement:
                self._locked_at[id(cursor.connection)] = time.perf_counter()
            return
        self._now.transactions += _begins(cursor.connection)
        self._now.statements.append(statement)

    def _ending(self, end: Callable[[Any], None], connection: Any) -> None:
        self._now.transactions += _is_open(_raw(connection))
        end(connection)
        if (began := self._locked_at.pop(id(_raw(connection)), None)) is not None:
            self._now.locked_ms += 1000 * (time.perf_counter() - began)

    def _pinging(self, ping: Callable[[Any], bool], connection: Any) -> bool:
        self._now.transactions += 1
        return ping(connection)


def _begins(connection: Any) -> bool:
    """Whether PostgreSQL's driver sends a BEGIN of its own before the next statement."""
    return not (_is_file(connection) or connection.autocommit or _is_open(connection))


def _raw(connection: Any) -> Any:
    """The driver's own connection; the pool hands out another round it."""
    return getattr(connection, "dbapi_connection", connection)


def _is_open(connection: Any) -> bool:
    """Whether there is a transaction to end at a server."""
    return not _is_file(connection) and connection.info.transaction_status != TransactionStatus.IDLE


def _is_file(connection: Any) -> bool:
    """Whether nothing travels: SQLite is called, not asked."""
    return isinstance(connection, sqlite3.Connection)


def _least(costs: list[Cost]) -> Cost:
    fewest = min(costs, key=lambda cost: cost.round_trips)  # what every page shows is read once a second
    return Cost(
        fewest.statements,
        fewest.transactions,
        *(min(getattr(cost, name) for cost in costs) for name in ("cpu_ms", "gate_ms", "locked_ms")),
    )


@dataclass
class Purchases:
    """A shop whose every purchase is measured, one after the other: each by somebody else, in other words."""

    app: Flask

    def __post_init__(self) -> None:
        services = self.app.extensions["shop"].services
        self.worker = Worker(self.app)
        self._engines = (services.database.engine, services.vault.keys.database.engine)
        self._numbers = count(1)
        self._variant = str(Shopper(self.app).variant("disc").id)

    def buy(self) -> dict[str, Cost]:
        """One purchase, with all that follows; what each step took."""
        meter = Meter(self._engines)
        with meter.listening(), meter.gate():
            self._buyer(meter, next(self._numbers))
            self._news(meter)
        return meter.steps

    def best(self, times: int) -> dict[str, Cost]:
        """Of several purchases, the least that each step took."""
        self.buy()  # what is read once per process
        self.buy()  # and what is written once, found
        gc.freeze()  # as in a process that serves: see shop/serve/startup.py
        runs = [self.buy() for _ in range(times)]
        return {name: _least([run[name] for run in runs]) for name in runs[0]}

    def _buyer(self, meter: Meter, number: int) -> None:
        shopper = Shopper(self.app)
        client, plain = shopper.client, self.app.wsgi_app

        def asked(step: str, method: str, address: str, fields: Mapping[str, Any] | None = None) -> Any:
            self.app.wsgi_app = meter.around(step, plain)  # type: ignore[method-assign]
            try:
                answer = client.open(address, method=method, data=fields)
            finally:
                self.app.wsgi_app = plain  # type: ignore[method-assign]
            assert answer.status_code == (200 if method == "GET" else 303), (step, title(answer))
            return answer

        def pressed(step: str, page: Any, action: str | None, **changes: str) -> str:
            form, sent = form_on(page, action)
            answer = asked(step, "POST", str(form["action"]), changed(sent, changes))
            return str(answer.headers["Location"])

        piece = client.get("/pieces/disc")
        words = {
            "engraving-front-1": NAMES[number % len(NAMES)],
            "engraving-front-2": f"{number % 28 + 1} May",
        }
        words["variant"] = self._variant
        pressed("add", piece, "/basket/lines", **words, face="marcellus", dedication=f"For you, {number}")
        pressed("details", asked("form", "GET", "/checkout"), "/checkout", **DETAILS)
        last_look = asked("last look", "GET", "/checkout/payment")
        card = urlsplit(pressed("pay", last_look, "/checkout/payment", acknowledged="y")).path
        page = asked("card", "GET", card)
        thanks = urlsplit(pressed("card", page, None, outcome="pays"))
        asked("thanks", "GET", f"{thanks.path}?{thanks.query}")

    def _news(self, meter: Meter) -> None:
        standin = self.app.extensions["shop"].standin
        plain = self.app.test_client()

        def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            with meter.step("events"):
                return plain.post(urlsplit(url).path, data=body, headers=dict(headers)).status_code

        deliveries.work(standin, post, clock.now())
        with meter.step("look"):
            while handlers.work(self.worker.services):
                pass
        with meter.step("e-mail"):
            assert self.worker._send_email()
        assert not self.worker._send_email()
