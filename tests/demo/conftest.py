"""Invented orders on both databases, made once for all tests that only look at them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from shop import migrations, sample
from shop.application import create_app
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.demo import fill as filling
from shop.settings import Settings
from tests.conftest import postgresql_database
from tests.keys import VAULT_KEY

SOME, MANY = 60, 600


@dataclass(frozen=True)
class Demo:
    """A filled database and the shop on it."""

    app: Flask
    settings: Settings
    place: filling.Place
    before: set[str]
    """Its schema, before it was filled."""


def schema(database: Database) -> set[str]:
    """Every constraint, index and trigger, as the database tells of it, and whether it is in force."""
    told = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
        "postgresql": """
            SELECT concat(conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT concat(pg_get_indexdef(indexrelid), indisvalid) FROM pg_index
            JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT concat(pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        """,
    }
    with database.reading() as session:
        return set(session.scalars(text(told[database.engine.dialect.name])))


@contextmanager
def filled(url: str, folder: Path, orders: int) -> Iterator[Demo]:
    settings = Settings(
        database_url=url, secret_key="a secret for tests", vault_key=VAULT_KEY, instance_dir=folder,
        site_url="http://localhost",
    )  # fmt: skip
    vault = Vault(VAULT_KEY, KeyStore(settings.key_store_url))
    place = filling.Place(Database(url), vault, settings.secret_key, settings.site_url)
    migrations.upgrade(place.database)
    with place.database.transaction() as session:
        sample.load_sample(session)
    before = schema(place.database)
    filling.fill(place, orders)
    app = create_app(replace(settings))
    yield Demo(app, settings, place, before)
    place.database.dispose()
    place.vault.keys.dispose()
    app.extensions["shop"].database.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def demos(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Demo, Demo]]:
    """The same shop with some orders, and with ten times as many."""
    folders = tmp_path_factory.mktemp("some"), tmp_path_factory.mktemp("many")
    if request.param == "sqlite":
        urls = [f"sqlite:///{folder / 'shop.db'}" for folder in folders]
        with filled(urls[0], folders[0], SOME) as some, filled(urls[1], folders[1], MANY) as many:
            yield some, many
        return
    server = request.getfixturevalue("postgres_server")
    names = [f"demo_{uuid.uuid4().hex[:12]}" for _ in folders]
    with (
        postgresql_database(server, names[0]) as first,
        postgresql_database(server, names[1]) as second,
        filled(first, folders[0], SOME) as some,
        filled(second, folders[1], MANY) as many,
    ):
        yield some, many


@pytest.fixture
def demo(demos: tuple[Demo, Demo]) -> Demo:
    """The larger one."""
    return demos[1]
