from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shop import migrations, triggers
from shop.confirmations import confirmation_guards
from shop.db import Database
from shop.giving import ledger_triggers
from shop.orm import Base
from shop.transparency import log_triggers
from tests.conftest import load_models


@pytest.fixture
def migrated(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    migrations.upgrade(database)
    yield database
    database.dispose()


def test_the_migrated_schema_is_the_schema_of_the_models(migrated: Database) -> None:
    load_models()
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migrated_database_guards_its_ledger(migrated: Database) -> None:
    with migrated.engine.connect() as connection:
        assert triggers.missing(connection, ledger_triggers.TRIGGERS) == []
        assert triggers.missing(connection, log_triggers.TRIGGERS) == []
        assert triggers.missing(connection, confirmation_guards.TRIGGERS) == []
        assert migrations.is_current(connection)


def test_migrating_twice_changes_nothing(migrated: Database) -> None:
    migrations.upgrade(migrated)
    with migrated.engine.connect() as connection:
        assert migrations.is_current(connection)
