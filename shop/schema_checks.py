"""What a database must have before the shop opens: triggers that keep true what the shop relies on."""

from collections.abc import Mapping
from typing import ClassVar, Final

from sqlalchemy import Connection, inspect

from shop import migrations, triggers
from shop.catalogue import version_triggers
from shop.confirmations import confirmation_guards
from shop.db import Database
from shop.giving import ledger_triggers
from shop.giving.models import LedgerTxn
from shop.orders import version_guards
from shop.reconciliation import run_guards
from shop.transparency import log_triggers
from shop.triggers import Triggers


class Unguarded(Exception):
    """The database lacks triggers; the shop will not start."""

    danger: ClassVar[str]

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            f"{self.danger}: {', '.join(missing)} missing or altered. "
            "Restore the database from a backup, or find out who changed it, before starting the shop."
        )
        self.missing = missing


class LedgerUnguarded(Unguarded):
    """Without those that keep the ledger from being changed."""

    danger = "The donation ledger is not protected"


class LogUnguarded(Unguarded):
    """Without those that keep the log of giving from being changed."""

    danger = "The log of giving is not protected"


class ConfirmationsUnguarded(Unguarded):
    """Without those that keep what the charity has said."""

    danger = "What the charity confirmed is not protected"


class OrdersUnguarded(Unguarded):
    """Without those that move an order's version."""

    danger = "Orders are not protected against being written to twice at once"


class CatalogueUnguarded(Unguarded):
    """Without those that move the catalogue's version."""

    danger = "A new price, or a piece taken away, would not be noticed"


class RunsUnguarded(Unguarded):
    """Without those that keep reconciliation's runs and what they found from being changed."""

    danger = "What was found and explained about the money is not protected"


WANTED: Final[Mapping[type[Unguarded], Triggers]] = {
    LedgerUnguarded: ledger_triggers.TRIGGERS,
    LogUnguarded: log_triggers.TRIGGERS,
    ConfirmationsUnguarded: confirmation_guards.TRIGGERS,
    OrdersUnguarded: version_guards.TRIGGERS,
    CatalogueUnguarded: version_triggers.TRIGGERS,
    RunsUnguarded: run_guards.TRIGGERS,
}


def unguarded(connection: Connection) -> Unguarded | None:
    """What is wrong with a database that has a ledger; None with one that has none yet.

    While a migration waits, only what protects the ledger is looked for: the others it may bring.
    """
    if not inspect(connection).has_table(LedgerTxn.__tablename__):
        return None
    if not migrations.is_current(connection):
        lacking = triggers.missing(connection, ledger_triggers.PROTECTING)
        return LedgerUnguarded(lacking) if lacking else None
    there = triggers.present(connection)
    for refusal, wanted in WANTED.items():
        if lacking := triggers.missing(connection, wanted, there):
            return refusal(lacking)
    return None


def refuse_unguarded(database: Database) -> None:
    """Raise the Unguarded that the database deserves, if any, and let go of it."""
    with database.engine.connect() as connection:
        refusal = unguarded(connection)
    if refusal:
        database.dispose()
        raise refusal
