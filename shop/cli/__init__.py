"""`python -m shop ...`: each command a few lines over the same functions that pages use; a module a noun.

A command is imported when it is asked for: who serves pages needs none of them, and who exports the ledger
neither pages nor Flask.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from shop import current

if TYPE_CHECKING:
    from flask import Flask

QUICK: Final[Mapping[str, str]] = {
    "ledger": "ledger.group",
    "stock": "stock.group",
    "journal": "journal.group",
    "demo": "demo.group",
    "trace": "trace.trace",
}
"""Where each command is that needs settings and database alone: module and name."""

WHOLE: Final[Mapping[str, str]] = {
    "init": "init.init",
    "worker": "worker.run_worker",
    "backup": "backup.back_up",
    "restore": "backup.restore",
    "accounts": "accounts.group",
    "payments": "payments.group",
    "engravings": "engravings.group",
    "privacy": "privacy.group",
    "keys": "keys.group",
    "emails": "emails.group",
    "support": "support.group",
}
"""And each that needs the shop as it is served."""

COMMANDS: Final = {**QUICK, **WHOLE}


class Commands(click.Group):
    """The commands, each imported when it is asked for, and the shop made for those that need it.

    Quick ones are given `premises` in its place, where there are any.
    """

    def __init__(
        self, whole: "Callable[[], Flask] | None" = None, premises: current.Premises | None = None
    ) -> None:
        super().__init__()
        self._whole, self._premises = whole, premises

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name in WHOLE and self._whole is not None:
            ctx.with_resource(self._whole().app_context())
        if cmd_name in QUICK and self._premises is not None:
            ctx.with_resource(current.given(self._premises))
        module, name = COMMANDS[cmd_name].split(".")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


def register(app: "Flask", whole: "Callable[[], Flask] | None" = None) -> None:
    """Add the commands to an application; `whole` makes the shop where this application is not the shop."""
    app.cli = Commands(whole)
