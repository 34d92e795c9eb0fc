"""A whole purchase against a bare one: three requests and one transaction, on the same database server."""

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import databases
from tests.benchmarks.buyers import Journey, bare_steps, shop_steps, shopping
from tests.benchmarks.servers import ROOT, SHOP, Running, bare, clean_environment, running
from tests.benchmarks.table import Row, middle

ROUNDS, BUYERS, EACH = 3, 4, 8
QUIET_MS_PER_SECOND = 60


@dataclass
class Measured:
    """Purchases a second; CPU of each while buying, and until its webhooks and e-mails are out."""

    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    whole_cpu_ms: list[float] = field(default_factory=list)


def compare(place: AbstractContextManager[databases.Server], history: int) -> list[Row]:
    """Bare shop, our shop, and our shop with `history` orders behind it, in turn."""
    with place as server:
        addresses = {name: server.create(name) for name in ("bare", "fresh", "aged")}
        _furnish_bare(addresses["bare"])
        databases.furnish(addresses["fresh"])
        databases.fill(addresses["aged"], _folder(server, "aged"), history)
        measured = {name: Measured() for name in addresses}
        for _ in range(ROUNDS):
            for name, url in addresses.items():
                _measure(server, name, url, measured[name])
    return _rows(server.kind, measured, history)


def _measure(server: databases.Server, name: str, url: str, into: Measured) -> None:
    command, variable, journey = (SHOP, "DATABASE_URL", shop_steps)
    if name == "bare":
        command, variable, journey = bare("bare"), "BARE_DATABASE_URL", bare_steps
    with running(command, _folder(server, name), env={variable: url}, helpers=server.helpers) as shop:
        _settle(shop)  # the copy that answers first has gone, and with it its connections
        _buy(shop, journey, 1)  # what is read once per process
        _settle(shop)
        cpu, began = shop.cpu(), time.monotonic()
        _buy(shop, journey, EACH)
        into.per_second.append(BUYERS * EACH / (time.monotonic() - began))
        into.cpu_ms.append(1000 * (shop.cpu() - cpu) / BUYERS / EACH)
        _settle(shop)
        into.whole_cpu_ms.append(1000 * (shop.cpu() - cpu) / BUYERS / EACH)


def _folder(server: databases.Server, name: str) -> Path:
    return server.folder / f"{name}-run"


def _buy(shop: Running, journey: Journey, each: int) -> None:
    if wrong := shopping(shop.port, journey, BUYERS, each):
        raise RuntimeError(f"{len(wrong)} purchases failed, the first with: {wrong[0]}")


def _settle(shop: Running, patience: int = 60) -> None:
    """Wait until the worker has delivered what there was: then the tree is quiet."""
    for _ in range(patience):
        before = shop.cpu()
        time.sleep(1)
        if 1000 * (shop.cpu() - before) < QUIET_MS_PER_SECOND:
            return


def _furnish_bare(url: str) -> None:
    environ = clean_environment() | {"BARE_DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "tests.benchmarks.bare"], cwd=ROOT, env=environ, check=True)


def _rows(kind: str, measured: dict[str, Measured], history: int) -> list[Row]:
    bare_one, fresh, aged = (measured[name] for name in ("bare", "fresh", "aged"))
    rows = []
    for what, aim in (("per_second", "1 or more"), ("cpu_ms", ""), ("whole_cpu_ms", "")):
        name = {
            "per_second": "purchases/s",
            "cpu_ms": "CPU ms",
            "whole_cpu_ms": "CPU ms with webhooks, mail",
        }[what]
        ours, theirs = middle(getattr(fresh, what)), middle(getattr(bare_one, what))
        rows.append(Row(f"{kind}: {name}", f"{ours:.1f}", f"{theirs:.1f}", ours / theirs, aim))
        old = middle(getattr(aged, what))
        rows.append(Row(f"  after {history:,} orders / none", f"{old:.1f}", f"{ours:.1f}", old / ours, "1"))
    return rows
