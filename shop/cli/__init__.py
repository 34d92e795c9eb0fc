"""`flask --app app ...`: each command a few lines over the same functions that pages use; a module a noun."""

from typing import Final

import click
from flask import Flask

from shop.cli import accounts, engravings, journal, keys, ledger, machine, payments, privacy, stock, upkeep

COMMANDS: Final[tuple[click.Command, ...]] = (
    machine.init,
    machine.run_worker,
    machine.back_up,
    machine.bring_back,
    accounts.group,
    payments.group,
    ledger.group,
    stock.group,
    engravings.group,
    privacy.group,
    keys.group,
    journal.group,
    upkeep.letters,
    upkeep.support_group,
)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in COMMANDS:
        app.cli.add_command(command)
