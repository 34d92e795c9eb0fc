"""The log of giving: what posting costs with it, a million leaves, a proof among them, and its check."""

import resource
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from shop import clock, migrations, triggers
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.giving.policies import load_sample_policy
from shop.transparency import log_check, log_triggers, merkle, stored_tree
from shop.transparency.leaves import Gift
from shop.transparency.merkle import leaf_hash, root_by_inclusion
from shop.transparency.stored_tree import StoredTree
from shop.transparency.tiles import Edge
from tests.benchmarks.databases import Server
from tests.benchmarks.table import Row, middle
from tests.keys import VAULT_KEY
from tests.transparency.log_books import KEY, LogBooks

ROUNDS = 5
GIFTS = 150
AT_ONCE = 50_000
MOST_PROOF_MS = 50
MOST_MINUTES = 10
LEAST_CHECKED = 5_000


def measure(place: AbstractContextManager[Server], leaves: int) -> list[Row]:
    with place as server:
        rows = _posting(server)
        return [*rows, *_many(server, leaves)]


def _opened(server: Server, name: str, folder: Path) -> LogBooks:
    database = Database(server.create(name))
    migrations.upgrade(database)
    with database.transaction() as session:
        ledger.open_books(session)
        policy = load_sample_policy(session)
    vault = Vault(VAULT_KEY, KeyStore(f"sqlite:///{folder / name}-keys.db"))
    return LogBooks(database, policy.id, vault, _set_clock)


def _set_clock(moment: datetime) -> None:
    clock.now = lambda: moment


def _posting(server: Server) -> list[Row]:
    """The same gifts posted with the log's tables in the database, and without; the worker's share beside."""
    with_log, without = (_opened(server, name, server.folder) for name in ("with_log", "without"))
    with without.database.engine.begin() as connection:
        for table in reversed(log_triggers.TABLES[1:]):
            connection.execute(text(f"DROP TABLE {table}"))
    spent: list[tuple[float, float]] = []
    for round_ in range(ROUNDS + 1):
        both = [
            _post(books, round_) for books in ((with_log, without) if round_ % 2 else (without, with_log))
        ]
        spent.append((both[0], both[1]) if round_ % 2 else (both[1], both[0]))
    ours, theirs = (middle(column) for column in zip(*spent[1:], strict=True))
    with_log.later(days=1)
    began = time.monotonic()
    with_log.publish()
    each = 1000 * (time.monotonic() - began) / len(with_log.leaves())
    checked = _check(with_log)
    for books in (with_log, without):
        books.database.dispose()
        books.vault.keys.dispose()
    return [
        Row(
            f"{server.kind}: a gift posted, ms", f"{ours:.2f}", f"{theirs:.2f}", ours / theirs, "1.1 or less"
        ),
        Row("its leaf, by the worker, ms", f"{each:.2f}", f"{theirs:.2f}", each / theirs, "0.1 or so"),
        Row(
            "leaves checked/s", f"{checked:,.0f}", f"{LEAST_CHECKED:,}", checked / LEAST_CHECKED, "1 or more"
        ),
    ]


def _post(books: LogBooks, round_: int) -> float:
    """Milliseconds for each of some gifts."""
    names = [f"PM-{round_}-{number}" for number in range(GIFTS)]
    books.place(*names)
    began = time.monotonic()
    for name in names:
        books.bring(name, Standing.ACCRUED)
    return 1000 * (time.monotonic() - began) / GIFTS


def _check(books: LogBooks) -> float:
    began = time.monotonic()
    with books.database.reading() as session:
        problems = log_check.check(session, books.vault, KEY.verifier, "live")
    assert not problems, problems[:3]
    return len(books.leaves()) / (time.monotonic() - began)


def _many(server: Server, leaves: int) -> list[Row]:
    """So many leaves in one log: written, signed, proved."""
    books = _opened(server, "many", server.folder)
    with books.database.engine.begin() as connection:
        _without_ledger(connection)
    edge, began = Edge(), time.monotonic()
    while edge.size < leaves:
        with books.database.transaction() as session:
            stored_tree.append(session, "live", edge, _made(edge.size, min(AT_ONCE, leaves - edge.size)))
    minutes = (time.monotonic() - began) / 60
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    proved = [_proof(books, edge, leaves * part // 7) for part in range(7)]
    books.database.dispose()
    return [
        Row(
            f"{leaves:,} leaves, min",
            f"{minutes:.1f}",
            f"{MOST_MINUTES}",
            minutes / MOST_MINUTES,
            "1 or less",
        ),
        Row("memory at most, MiB", f"{peak:.0f}", "512", peak / 512, "1 or less"),
        Row(
            "a proof, ms",
            f"{middle(proved):.1f}",
            f"{MOST_PROOF_MS}",
            middle(proved) / MOST_PROOF_MS,
            "1 or less",
        ),
    ]


def _without_ledger(connection: Any) -> None:
    """Leaves of no ledger: it is the tree that is measured."""
    for trigger in log_triggers.TRIGGERS[connection.dialect.name]:
        on = "" if connection.dialect.name == "sqlite" else f" ON {trigger.table}"
        connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))
    connection.execute(text("DROP TABLE log_leaf"))
    kind = "BLOB" if connection.dialect.name == "sqlite" else "BYTEA"
    connection.execute(
        text(
            "CREATE TABLE log_leaf (book VARCHAR, number INTEGER, ledger_seq INTEGER UNIQUE,"
            f" announcement_id INTEGER UNIQUE, leaf {kind}, PRIMARY KEY (book, number))"
        )
    )
    triggers.install(connection, log_triggers.TRIGGERS)


def _made(size: int, count: int) -> Iterator[dict[str, Any]]:
    for number in range(size + 1, size + count + 1):
        gift = Gift(kind="accrue", month="2026-11", pence=500, policy="d" * 64, commitment=f"{number:064x}")
        yield {"ledger_seq": number, "leaf": gift.leaf(number)}


def _proof(books: LogBooks, edge: Edge, index: int) -> float:
    began = time.monotonic()
    with books.database.looking() as session:
        tree = StoredTree(session, "live")
        proof = merkle.inclusion(tree.node, index, edge.size)
    spent = 1000 * (time.monotonic() - began)
    leaf = next(_made(index, 1))["leaf"]
    assert root_by_inclusion(leaf_hash(leaf), index, edge.size, proof) == edge.root()
    return spent
