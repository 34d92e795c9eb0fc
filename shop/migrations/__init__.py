"""Schema changes, for both databases: the same files, run by Alembic in one transaction."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shop.db import Database

FOLDER: Final = Path(__file__).parent
LOCK: Final = 70_617_274
"""Any number; hosts that start together migrate one after the other."""


class VaultNeeded(Exception):
    """This database holds keys of an older version, and only `init` and `restore` know where they go."""

    def __init__(self) -> None:
        super().__init__("An upgrade of a database with sealed words needs the vault.")


def upgrade(database: Database, to: str = "head", *, mover: object = None) -> None:
    """Bring the schema up to date. Several processes may call it at once.

    `mover` is what an upgrade needs the vault for (`shop.dedications.moving`); a new database needs none.
    """
    with database.engine.execution_options(shop_writer=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = MigrationContext.configure(connection).get_current_heads()
        found = config(connection)
        found.attributes["mover"] = mover
        command.upgrade(found, to)
        changed = before and MigrationContext.configure(connection).get_current_heads() != before
    if changed:
        database.rewrite()


def pending(connection: Connection) -> Sequence[str]:
    """Revisions that the database has not had yet; empty when it is up to date."""
    script = ScriptDirectory.from_config(config(connection))
    now = MigrationContext.configure(connection).get_current_heads()
    return sorted(set(script.get_heads()) - set(now))


def is_current(connection: Connection) -> bool:
    """Whether the database has had every revision: the same as nothing pending, without reading them all."""
    newest = max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))[:4]
    return MigrationContext.configure(connection).get_current_heads() == (newest,)


def config(connection: Connection) -> Config:
    """Alembic's settings, bound to a connection of ours."""
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["connection"] = connection
    return found
