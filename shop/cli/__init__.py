"""`flask --app app ...`: each command a few lines over the same functions that pages use; a module a noun.

A command is imported when it is asked for: who serves pages needs none of them.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS: Final[Mapping[str, str]] = {
    "init": "init.init",
    "worker": "worker.run_worker",
    "backup": "backup.back_up",
    "restore": "backup.restore",
    "accounts": "accounts.group",
    "payments": "payments.group",
    "ledger": "ledger.group",
    "stock": "stock.group",
    "engravings": "engravings.group",
    "privacy": "privacy.group",
    "keys": "keys.group",
    "journal": "journal.group",
    "emails": "emails.group",
    "support": "support.group",
    "demo": "demo.group",
}
"""Where each command is: module and name."""


class Commands(AppGroup):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One of them."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(".")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli = Commands()
