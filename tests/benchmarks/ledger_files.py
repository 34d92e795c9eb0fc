"""The ledger as CSV against what each database can do by itself: `sqlite3 -csv`, and COPY."""

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import make_url

from tests.benchmarks import databases
from tests.benchmarks.history import fill
from tests.benchmarks.processes import peak_mib
from tests.benchmarks.servers import ROOT, clean_environment
from tests.benchmarks.table import Row, middle

ROUNDS = 3
BLOCK = 1 << 16
QUERY = """
    SELECT seq, event_at, booked_at, period, book, kind, order_reference, unit, sku, policy_id,
           sum(CASE WHEN account = 'cost' THEN amount_pence END), reverses_seq, hash
    FROM ledger_txn JOIN ledger_entry ON txn_seq = seq WHERE book = '{book}' GROUP BY seq ORDER BY seq
"""
EXPORT = [sys.executable, "-m", "flask", "--app", "app", "ledger", "export"]
# The driver alone, as psql would: psql itself does not come with the wheel everywhere.
COPY = """
import sys, psycopg
with psycopg.connect(sys.argv[1]) as connection, connection.cursor().copy(sys.argv[2]) as copy:
    for data in copy:
        sys.stdout.buffer.write(data)
"""
SQLITE = """
import csv, sqlite3, sys
csv.writer(sys.stdout).writerows(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]))
"""


def compare(place: AbstractContextManager[databases.Server], entries: int) -> list[Row]:
    with place as server:
        url = server.create("ledger")
        databases.furnish(url)
        fill(url, entries, ledger_only=True)
        return rows(f"{server.kind}: {entries:,} rows", url, server.folder, "test")


def rows(label: str, url: str, folder: Path, book: str) -> list[Row]:
    """How long the book takes as CSV, against what the database's own tool takes."""
    other = {"test": "live", "live": "test"}[book]
    ours, idle = ([*EXPORT, "--book", wanted] for wanted in (book, other))
    theirs = _theirs(url, book)
    runs = [tuple(_run(command, url, folder) for command in (ours, idle, theirs)) for _ in range(ROUNDS)]
    whole, start, bare = zip(*runs, strict=True)
    mine = middle(run[0] for run in whole) - middle(run[0] for run in start)
    their = middle(run[0] for run in bare)
    first = middle(run[1] for run in whole) - middle(run[1] for run in start)
    peak = max(run[2] for run in whole)
    return [
        Row(f"{label}, s", f"{mine:.2f}", f"{their:.2f}", mine / their, "1.6 or less (COPY 1.0)"),
        Row("  first byte s, peak MiB", f"{first:.2f}, {peak:.0f}", "0.1, 64", peak / 64, "1 or less"),
    ]


def _theirs(url: str, book: str) -> list[str]:
    parts, query = make_url(url), QUERY.format(book=book)
    if parts.drivername.startswith("sqlite"):
        return (
            ["sqlite3", "-csv", str(parts.database), query]
            if _has_sqlite3()
            else [sys.executable, "-c", SQLITE, str(parts.database), query]
        )
    address = parts.set(drivername="postgresql").render_as_string(hide_password=False)
    return [sys.executable, "-c", COPY, address, f"COPY ({query}) TO STDOUT WITH CSV HEADER"]


def _has_sqlite3() -> bool:
    import shutil

    return shutil.which("sqlite3") is not None


def _run(command: list[str], url: str, folder: Path) -> tuple[float, float, float]:
    """Seconds in all, seconds to the first byte, and the most memory in MiB."""
    environ = clean_environment() | {"DATABASE_URL": url, "INSTANCE_DIR": str(folder)}
    began, first, peak = time.monotonic(), 0.0, 0.0
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while process.stdout.read1(BLOCK):
            first = first or time.monotonic() - began
            peak = max(peak, peak_mib(process.pid))
    if process.returncode:
        raise RuntimeError(f"{command[:4]} failed")
    return time.monotonic() - began, first, peak
