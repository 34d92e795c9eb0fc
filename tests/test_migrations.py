from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from shop import migrations
from shop.db import Base, Database
from shop.giving import triggers
from tests.conftest import load_models


def test_the_migrated_schema_is_the_schema_of_the_models(database_url: str) -> None:
    load_models()
    database = Database(database_url)
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_a_migrated_database_guards_its_ledger(database_url: str) -> None:
    database = Database(database_url)
    migrations.upgrade(database)
    with database.engine.connect() as connection:
        assert triggers.missing(connection) == []
        assert migrations.pending(connection) == []
    database.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    migrations.upgrade(database)
    migrations.upgrade(database)
    database.dispose()
