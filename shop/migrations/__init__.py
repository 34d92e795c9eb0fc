"""Schema changes, for both databases: the same files, run by Alembic in one transaction.

Alembic is loaded only where something is to be changed: who serves pages asks whether anything is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from shop.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent
LOCK: Final = 70_617_274
"""Any number; hosts that start together migrate one after the other."""


class VaultNeeded(Exception):
    """This database holds keys of an older version, and only `init` and `restore` know where they go."""

    def __init__(self) -> None:
        super().__init__("An upgrade of a database with sealed words needs the vault.")


def upgrade(database: Database, to: str = "head", *, mover: object = None) -> None:
    """Bring the schema up to date. Several processes may call it at once.

    `mover` (of `shop.dedications.key_migration`) is what an upgrade needs the vault for; a new database none.
    """
    with database.engine.execution_options(shop_writer=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = revision(connection)
        if to == "head" and before == newest():
            return
        from alembic import command  # noqa: PLC0415 - a tenth of a second, and 10 MiB

        found = config(connection)
        found.attributes["mover"] = mover
        command.upgrade(found, to)
        changed = before is not None and revision(connection) != before
    if changed:
        database.rewrite()


def newest() -> str:
    """The revision of a database that has had every change."""
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))[:4]


def revision(connection: Connection) -> str | None:
    """The revision of this database; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_current(connection: Connection) -> bool:
    """Whether the database has had every change that these files know, and none that they do not."""
    return revision(connection) == newest()


def config(connection: Connection) -> "Config":
    """Alembic's settings, bound to a connection of ours."""
    from alembic.config import Config  # noqa: PLC0415

    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["connection"] = connection
    return found
