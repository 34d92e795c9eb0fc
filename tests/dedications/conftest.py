from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from shop.db import Base, Database
from shop.dedications.models import OrderKey, SealedText
from shop.dedications.vault import Vault
from tests.conftest import load_models


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
def vault() -> Vault:
    return Vault(bytes(range(32)))
