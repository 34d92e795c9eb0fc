"""The ledger as CSV against what each database can do by itself: `sqlite3 -csv`, and COPY."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url

from tests.benchmarks.processes import cpu_seconds, peak_mib
from tests.benchmarks.servers import ROOT, clean_environment
from tests.benchmarks.table import Row, middle

ROUNDS = 3
BLOCK = 1 << 16
QUERY = """
    SELECT seq, event_at, booked_at, period, book, kind, order_reference, unit, sku,
           (SELECT charity_name FROM policy WHERE id = policy_id), policy_id, policy_digest,
           sum(CASE WHEN account = 'cost' THEN amount_pence END),
           sum(CASE WHEN account = 'remitted' THEN -amount_pence END), {entries},
           cause, actor, idempotency_key, reverses_seq, previous_hash, hash
    FROM ledger_txn JOIN ledger_entry ON txn_seq = seq WHERE book = 'live' GROUP BY seq ORDER BY seq
"""
"""What the file says, as anybody would ask for it; what it says twice, as sums in pounds, is left out."""
ENTRIES = {
    "sqlite": "group_concat(account || ':' || amount_pence, ' ')",
    "postgresql": "string_agg(account || ':' || amount_pence, ' ' ORDER BY line)",
}
EXPORT = [sys.executable, "-m", "shop", "ledger", "export"]
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


class Run(NamedTuple):
    """What a command took. Its work is CPU time, a database server's included."""

    seconds: float
    work: float
    first: float
    """Seconds until the first byte came."""
    peak: float
    """The most memory, in MiB."""


def rows(label: str, url: str, folder: Path, helpers: Sequence[int] = ()) -> list[Row]:
    """How long the book of real money takes as CSV, against what the database's own tool takes.

    The time that the command takes to start is taken off; it is that of an empty book's file.
    """
    commands = [*EXPORT, "--book", "live"], [*EXPORT, "--book", "test"], _theirs(url)
    runs = [[_run(command, url, folder, helpers) for command in commands] for _ in range(ROUNDS)]
    ours, start, theirs = zip(*runs, strict=True)
    found = [
        Row("  peak MiB", f"{(peak := max(run.peak for run in ours)):.0f}", "64", peak / 64, "1 or less")
    ]
    for what, of in (("s", "seconds"), ("CPU s", "work"), ("first byte s", "first")):
        mine, begun, their = (middle(getattr(run, of) for run in each) for each in (ours, start, theirs))
        aim = "" if of == "first" else "1.6 or less (COPY 1.0)"
        found.append(
            Row(f"{label}: CSV, {what}", f"{mine - begun:.2f}", f"{their:.2f}", (mine - begun) / their, aim)
        )
    return found


def _theirs(url: str) -> list[str]:
    parts = make_url(url)
    query = QUERY.format(entries=ENTRIES[parts.get_backend_name()])
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


def _run(command: list[str], url: str, folder: Path, helpers: Sequence[int]) -> Run:
    environ = clean_environment() | {"DATABASE_URL": url, "INSTANCE_DIR": str(folder)}
    began, worked, first, peak = time.monotonic(), _work(helpers), 0.0, 0.0
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while process.stdout.read1(BLOCK):
            first = first or time.monotonic() - began
            peak = max(peak, peak_mib(process.pid))
    if process.returncode:
        raise RuntimeError(f"{command[:4]} failed")
    return Run(time.monotonic() - began, _work(helpers) - worked, first, peak)


def _work(helpers: Sequence[int]) -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + cpu_seconds(*helpers)
