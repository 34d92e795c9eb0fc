import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.models import OrderKey, SealedText
from shop.dedications.vault import Vault
from shop.orm import Base
from tests.conftest import load_models, postgresql_database
from tests.keys import VAULT_KEY, keys_url


@pytest.fixture
def orders(empty_database_url: str) -> Iterator[Database]:
    """A database with the vault's tables and three orders of which nothing but the number matters."""
    load_models()
    database = Database(empty_database_url)
    with database.engine.begin() as connection:
        connection.execute(text('CREATE TABLE "order" (id INTEGER PRIMARY KEY)'))
        connection.execute(text('INSERT INTO "order" VALUES (1), (2), (12)'))
        _create(connection)
    yield database
    database.dispose()


def _create(connection: Connection) -> None:
    tables = [Base.metadata.tables[model.__tablename__] for model in (OrderKey, SealedText)]
    Base.metadata.create_all(connection, tables=tables)


@pytest.fixture
def keys(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    """A key store of the same kind as the database: a file, or a PostgreSQL database of its own."""
    if engine_name == "sqlite":
        store = KeyStore(keys_url(f"sqlite:///{tmp_path / 'shop.db'}"))
        yield store
        store.dispose()
        return
    name = f"k_{uuid.uuid4().hex[:12]}"
    with postgresql_database(request.getfixturevalue("postgres_server"), name) as url:
        store = KeyStore(url)
        yield store
        store.dispose()


@pytest.fixture
def vault(keys: KeyStore) -> Vault:
    return Vault(VAULT_KEY, keys)
