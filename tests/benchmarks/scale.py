"""The shop with as many orders as are asked for: filling, pages, sweeps, the ledger's files and its proof."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from shop import migrations, sample
from shop.application import create_app
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.demo import fill as filling
from shop.giving import verification
from shop.mail import outbox
from shop.payments import sweep
from shop.payments.services import Services
from shop.settings import PaymentMode, Settings
from shop.webhooks import inbox
from tests.benchmarks import databases, ledger_files
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.table import Row, say
from tests.demo.test_scale import PAGES
from tests.keys import VAULT_KEY
from tests.shopper import Shopper

ROUNDS = 5
LIMIT_MS = 100
LIMIT_VERIFY = 12_000
LIMIT_FILL_MS = 1.2
"""A million in 20 minutes."""


def compare(place: AbstractContextManager[databases.Server], orders: int) -> list[Row]:
    with place as server:
        folder = server.folder / "scale-run"  # the shop closes it: the database's own must stay open to it
        folder.mkdir()
        settings = Settings(
            database_url=server.create("scale"), secret_key="a secret for tests", vault_key=VAULT_KEY,
            instance_dir=folder, site_url="http://localhost",
        )  # fmt: skip
        rows = [_fill(settings, orders, server)]
        rows += measure(settings)
        say(f"{server.kind}: {orders:,} orders")
        return [*rows, *ledger_files.rows(server.kind, settings.database_url, folder, server.helpers)]


def _fill(settings: Settings, orders: int, server: databases.Server) -> Row:
    vault = Vault(settings.vault_key, KeyStore(settings.key_store_url))
    place = filling.Place(Database(settings.database_url), vault, settings.secret_key, settings.site_url)
    migrations.upgrade(place.database)
    with place.database.transaction() as session:
        sample.load_sample(session)
    began, worked = time.monotonic(), _work(server)
    filling.fill(place, orders)
    each, work = (1000 * spent / orders for spent in (time.monotonic() - began, _work(server) - worked))
    place.database.dispose()
    place.vault.keys.dispose()
    name, figures = f"{server.kind}: an order filled, ms", (f"{each:.2f}", f"CPU {work:.2f}")
    return Row(name, *figures, each / LIMIT_FILL_MS, "1 or less")


def _work(server: databases.Server) -> float:
    """CPU time used by this process and the database's."""
    return time.process_time() + cpu_seconds(*server.helpers)


def measure(settings: Settings) -> list[Row]:
    """Pages and sweeps in this process, the slowest of each kind told by name; then the whole chain."""
    app = create_app(settings)
    database: Database = app.extensions["shop"].database
    rows = [*_pages(app, database), *_sweeps(app)]
    with database.reading() as session:
        counted: list[int] = []
        began = time.monotonic()
        problems = verification.verify(session, progress=counted.append)
    rate = sum(counted) / (time.monotonic() - began)
    sound = "sound" if not problems else f"{len(problems)} problems"
    rows.append(Row("verify, transactions/s", f"{rate:,.0f}", sound, rate / LIMIT_VERIFY, "1 or more"))
    database.dispose()
    return rows


def _pages(app: Flask, database: Database) -> list[Row]:
    shopper = Shopper(app).sign_in("owner")
    with database.reading() as session:
        reference = sweep.Order.reference
        known = str(
            session.scalar(sweep.select(reference).order_by(sweep.Order.id.desc()).offset(100).limit(1))
        )
    return [
        _row(page, lambda page=page: shopper.get(page.format(reference=known)))  # type: ignore[misc]
        for page in PAGES
    ]


def _sweeps(app: Flask) -> list[Row]:
    services: Services = replace(app.extensions["shop"].services, mode=PaymentMode.STRIPE)
    database = services.database

    def looked_for() -> None:
        for find in (sweep._leave_behind, sweep._unanswered, sweep._overdue, sweep._unfinished):
            find(services)

    def letter() -> bool:
        with database.reading() as session:
            return outbox.any_due(session)

    return [
        _row("sweep, what it looks for", looked_for),
        _row("a batch of old orders", lambda: sweep._next(services, None, timedelta(days=180))),
        _row("a letter to send", letter),
        _row("news to act on", lambda: inbox.claim(database)),
    ]


def _row(name: str, do: Callable[[], Any]) -> Row:
    """The quickest of some rounds, for what else the machine does is no part of it; and its CPU time here."""
    do()
    spent, worked = [], []
    for _ in range(ROUNDS):
        began, before = time.monotonic(), time.process_time()
        do()
        spent.append(1000 * (time.monotonic() - began))
        worked.append(1000 * (time.process_time() - before))
    best = min(spent)
    return Row(f"{name}, ms", f"{best:.1f}", f"CPU {min(worked):.1f}", best / LIMIT_MS, "1 or less")


if __name__ == "__main__":  # on a database that `demo fill` has filled: DATABASE_URL and INSTANCE_DIR
    from shop.settings import from_environment
    from tests.benchmarks.table import show

    found = from_environment()
    show("Scale", measure(found))
    show(
        "Files",
        ledger_files.rows(
            sys.argv[1], found.database_url, Path(found.instance_dir), [*map(int, sys.argv[2:])]
        ),
    )
