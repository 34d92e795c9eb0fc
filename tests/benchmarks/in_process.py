"""What one purchase costs in this process: against the figures that are aimed at.

A machine's speed changes by half from minute to minute, so a bare Flask hello is timed beside it.
"""

import gc
import time
from contextlib import AbstractContextManager, ExitStack

from shop.application import create_app
from shop.settings import Settings
from tests.benchmarks import databases, hello
from tests.benchmarks.one_purchase import BUYER, NEWS, Cost, Purchases
from tests.benchmarks.table import Row
from tests.keys import VAULT_KEY

TIMES, HELLOS = 20, 50

AIMS = {"statements": 95.0, "round trips": 90.0, "CPU ms, buyer": 42.0, "CPU ms, news and e-mail": 45.0,
        "CPU ms, the gate": 120.0, "write lock ms": 20.0}  # fmt: skip


def measure(place: AbstractContextManager[databases.Server]) -> list[Row]:
    """Each figure of the cheapest of several purchases beside its aim: at most that."""
    with ExitStack() as until:
        server = until.enter_context(place)
        url, keys = server.create("in_process"), server.create("in_process_keys")
        databases.furnish(url)
        app = create_app(
            Settings(
                database_url=url,
                secret_key="a secret for benchmarks",
                vault_key=VAULT_KEY,
                keys_url=keys,
                instance_dir=server.folder / "in-process",
                site_url="http://localhost",
            )
        )
        until.callback(app.extensions["shop"].database.dispose)
        until.callback(app.extensions["shop"].services.vault.keys.dispose)
        steps = Purchases(app).best(TIMES)
    bare_ms = _hello_ms()
    found = _sums([steps[name] for name in BUYER], [steps[name] for name in NEWS])
    wanted = ("round trips",) if server.kind == "PostgreSQL" else ("statements", "write lock ms")
    rows = []
    for name, aim in AIMS.items():
        if name.startswith("CPU") or name in wanted:
            ours = found[name]
            rows.append(Row(f"{server.kind}: {name}", f"{ours:.1f}", f"{aim:.0f}", ours / aim, "1 or less"))
    hellos = found["CPU ms, buyer"] / bare_ms
    rows.append(Row("  the buyer's, in hellos", f"{hellos:.0f}", f"{bare_ms:.3f} ms", hellos, ""))
    whole = found["CPU ms, buyer"] + found["CPU ms, news and e-mail"]
    for name, cost in steps.items():
        sent = f"{len(cost.statements)} sent"
        rows.append(Row(f"  {name}, of all CPU", f"{cost.cpu_ms:.1f} ms", sent, cost.cpu_ms / whole, ""))
    return rows


def _hello_ms() -> float:
    """CPU milliseconds of the least a Flask application can do: the cheapest of a few hundred in a row."""
    client, found = hello.app.test_client(), []
    client.get("/")
    gc.collect()
    for _ in range(TIMES):
        began = time.process_time()
        for _ in range(HELLOS):
            client.get("/")
        found.append(1000 * (time.process_time() - began) / HELLOS)
    return min(found)


def _sums(buyer: list[Cost], news: list[Cost]) -> dict[str, float]:
    return {
        "statements": float(sum(len(cost.statements) for cost in buyer)),
        "round trips": float(sum(cost.round_trips for cost in buyer)),
        "CPU ms, buyer": sum(cost.cpu_ms for cost in buyer),
        "CPU ms, news and e-mail": sum(cost.cpu_ms for cost in news),
        "CPU ms, the gate": sum(cost.gate_ms for cost in buyer),
        "write lock ms": sum(cost.locked_ms for cost in buyer),
    }
