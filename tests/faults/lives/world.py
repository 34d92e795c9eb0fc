"""A shop, its Stripe, three clocks, and a post that loses and doubles what Stripe says."""

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, literal
from sqlalchemy.orm import Session

from shop import clock
from shop.application import create_app
from shop.container import container
from shop.db import Database
from shop.orm import UtcDateTime
from shop.payments import sweep
from shop.payments.gateway import Gateway
from shop.settings import Settings
from shop.stock import counts, holds
from shop.worker import Worker
from tests.faults.lives.scheduler import Scheduler
from tests.faults.stripe_server.account import Body
from tests.faults.stripe_server.server import SECRET_KEY, StripeServer
from tests.faults.stripe_server.wire import WEBHOOK_SECRET, gateway_to, signed, without_pauses

LOST, DOUBLED = 0.4, 0.3
TRIES = 5
"""How often Stripe sends an event that was not answered well, before the test's patience ends."""
SKEW_MINUTES = 4
BEGINS = datetime(2027, 2, 1, 9, tzinfo=UTC)
PASSING = frozenset({"GatewayDown", "GatewayRefused", "StillMoving", "CannotExpire"})
"""What the log may name while Stripe fails; anything else is a fault of the shop's."""


@dataclass
class Posted:
    """An event on its way to the shop."""

    event: Body
    certain: bool = False
    """Whether it is sent again until it was taken."""
    tries: int = 0


class Log(logging.Handler):
    """What the shop wrote at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        self.lines.append(f"{record.getMessage()} {raised}".strip())


@dataclass
class World:
    """Everything there is, and how it goes on."""

    app: Flask
    server: StripeServer
    scheduler: Scheduler
    chance: random.Random
    began: datetime = BEGINS
    at: datetime = BEGINS
    skew: dict[str, timedelta] = field(default_factory=dict)
    """How far the shop's and the database's clocks are from Stripe's."""
    post: list[Posted] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    log: Log = field(default_factory=Log)
    told: int = 0
    wrong: set[str] = field(default_factory=set)
    """What was seen on the way and must never be."""
    owner: Any = None
    """The owner's browser, once signed in."""

    def __post_init__(self) -> None:
        self.worker = Worker(self.app)

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["shop"].database
        return found

    def shop_now(self) -> datetime:
        return self.at + self.skew.get("shop", timedelta())

    def database_now(self) -> datetime:
        return self.at + self.skew.get("database", timedelta())

    def pass_(self, **span: float) -> None:
        """Time passes, for everybody."""
        self.at += timedelta(**span)
        self.server.account.tick()
        self.collect()

    def skew_clocks(self) -> None:
        """The hosts' clocks go wrong anew, by minutes."""
        for whose in ("shop", "database"):
            self.skew[whose] = timedelta(seconds=self.chance.randint(-60, 60) * SKEW_MINUTES)

    def collect(self, *, certain: bool = False) -> None:
        """Of what happened at Stripe some is lost on its way, some is sent twice; what is certain, never."""
        events = self.server.account.events
        for event in events[self.told :]:
            self.happened["events"] += 1
            if not certain and self.chance.random() < LOST:
                self.happened["webhooks lost"] += 1
                continue
            self.post.append(Posted(event, certain))
            if self.chance.random() < DOUBLED:
                self.happened["webhooks doubled"] += 1
                self.post.append(Posted(event))
        self.told = len(events)

    def deliver(self) -> None:
        """One event, in no particular order, reaches the shop; it is sent again when it was not taken."""
        posted = self.post.pop(self.chance.randrange(len(self.post)))
        body, signature = signed(posted.event, self.server.account.now())
        answer = self.app.test_client().post(
            "/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}
        )
        self.answers[answer.status_code] += 1
        posted.tries += 1
        if answer.status_code != 200 and (posted.certain or posted.tries < TRIES):
            self.post.append(posted)

    def work(self) -> None:
        """One step of the worker; one that was killed is a new one from its next step on."""
        worker, self.worker = self.worker, Worker(self.app)
        while worker.step():
            self.happened["steps of work"] += 1
        self.worker = worker


@contextmanager
def a_world(
    database_url: str, folder: Path, seed: object, monkeypatch: pytest.MonkeyPatch, *, deadliness: float
) -> Iterator[World]:
    """A world on this database, in which every clock, and every wait, is the world's."""
    chance = random.Random(str(seed))
    server, scheduler = StripeServer(), Scheduler(chance, deadliness)
    server.before = server.after = lambda _request: scheduler.wait()
    server.weather.chance = chance
    without_pauses(monkeypatch)
    monkeypatch.setattr(Gateway, "over_http", staticmethod(lambda *_args: gateway_to(server)))
    app = create_app(settings(database_url, folder))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    world = World(app, server, scheduler, chance)
    server.account.clock = lambda: world.at
    assert container(app).services.vault.keys.database  # before anybody may wait inside its lock
    set_clocks(monkeypatch.setattr, world.shop_now, world.database_now)
    monkeypatch.setattr(Database, "transaction", lambda database: scheduler.transaction(database))  # noqa: PLW0108 (it becomes a method)
    logging.getLogger().addHandler(world.log)
    try:
        yield world
    finally:
        logging.getLogger().removeHandler(world.log)
        world.database.dispose()


def settings(database_url: str, folder: Path, stripe: str | None = None) -> Settings:
    """A shop that takes payments by Stripe, with a key of its test mode."""
    return Settings(
        database_url=database_url,
        secret_key="a secret for tests",
        vault_key=bytes(range(32)),
        instance_dir=folder,
        site_url="http://localhost",
        stripe_secret_key=SECRET_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
        stripe_api_base=stripe,
    )


def set_clocks(
    put: Callable[[Any, str, Any], None], shop: Callable[[], datetime], database: Callable[[], datetime]
) -> None:
    """Let the shop's code take the time from `shop`, and what asks the database for it from `database`."""

    def expression(_session: Session, *, after: timedelta = timedelta(0)) -> ColumnElement[Any]:
        return literal(database() + after, UtcDateTime())

    put(clock, "now", shop)
    put(holds, "database_now", expression)
    put(counts, "database_now", expression)
    put(sweep, "database_now", expression)
