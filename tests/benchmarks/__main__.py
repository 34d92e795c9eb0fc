"""`make bench`: measure everything in one run and print ratios."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import artwork, databases, first_visit, giving_log, in_process, pages, purchases, scale
from tests.benchmarks.processes import private_mib
from tests.benchmarks.servers import SHOP, Running, bare, running
from tests.benchmarks.table import Row, middle, say, show

STARTS = 3
CHOICES = ("pages", "first-visit", "artwork", "purchases", "in-process", "scale", "log")


def main() -> None:
    asked = argparse.ArgumentParser(prog="make bench")
    asked.add_argument("--history", type=int, default=20_000, help="orders behind the aged shop")
    asked.add_argument("--orders", type=int, default=50_000, help="orders that `demo fill` invents")
    asked.add_argument("--only", choices=CHOICES)
    asked.add_argument("--leaves", type=int, default=100_000, help="leaves of the log of giving")
    options = asked.parse_args()
    say("Ratios of one run on this machine; absolute numbers say little elsewhere.")
    if options.only in {None, "pages"}:
        with tempfile.TemporaryDirectory(prefix="pom-bench-") as folder:
            show("Public pages against a bare Flask hello", _pages(Path(folder)))
    if options.only in {None, "first-visit"}:
        with tempfile.TemporaryDirectory(prefix="pom-bench-") as folder:
            databases.furnish(f"sqlite:///{Path(folder) / 'shop.db'}")
            with _shop(Path(folder)) as shop:
                show("A first visit by a slow phone against what it may take", first_visit.measure(shop))
    if options.only in {None, "artwork"}:
        with tempfile.TemporaryDirectory(prefix="pom-bench-") as folder:
            databases.furnish(f"sqlite:///{Path(folder) / 'shop.db'}")
            with _shop(Path(folder)) as shop:
                show("A photograph of 12 million pixels against what it may take", artwork.measure(shop))
    for place in (databases.sqlite, databases.postgresql):
        if options.only in {None, "in-process"}:
            show("One purchase in this process against what it may cost", in_process.measure(place()))
        if options.only in {None, "purchases"}:
            show("A whole purchase against a bare one", purchases.compare(place(), options.history))
    for place in (databases.sqlite, databases.postgresql):
        if options.only in {None, "scale"}:
            show("With many orders", scale.compare(place(), options.orders))
        if options.only in {None, "log"}:
            show("The log of giving", giving_log.measure(place(), options.leaves))


def _pages(folder: Path) -> list[Row]:
    databases.furnish(f"sqlite:///{folder / 'shop.db'}")
    with _hello(folder) as hello, _shop(folder) as shop:
        rows = pages.compare(hello, shop)
        ours, theirs = private_mib(shop.pid), private_mib(hello.pid)
    rows.append(Row("memory with worker, MiB", f"{ours:.0f}", f"{theirs:.0f}", ours / theirs, "190 MiB"))
    starts = [(_start(_shop(folder)), _start(_hello(folder))) for _ in range(STARTS)]
    ours, theirs = (middle(column) for column in zip(*starts, strict=True))
    return [*rows, Row("start to first 200, s", f"{ours:.2f}", f"{theirs:.2f}", ours / theirs, "1.2 s")]


@contextmanager
def _hello(folder: Path) -> Iterator[Running]:
    with running(bare("hello"), folder / "hello") as server:
        yield server


@contextmanager
def _shop(folder: Path) -> Iterator[Running]:
    with running(SHOP, folder) as server:
        yield server


def _start(server: object) -> float:
    with server as started:  # type: ignore[attr-defined]
        return float(started.first_answer_seconds)


if __name__ == "__main__":
    main()
