"""The application in which `flask --app app COMMAND` looks for its commands.

To write a file of the ledger takes its tables and no page. So settings are read and the database is opened
when a command asks for them, and the whole shop is made for those commands alone that need it.
"""

from functools import cache, cached_property
from pathlib import Path

import click
from flask import Flask
from flask.cli import FlaskGroup

from shop import cli
from shop.db import Database
from shop.demo.mark import DemoOrders
from shop.opening import open_database
from shop.schema_checks import Unguarded
from shop.settings import Settings, SettingsError, from_environment


class Premises:
    """What `shop.current` gives to a command, each when it is first asked for.

    What cannot be used is told to whoever typed the command, in a sentence.
    """

    @cached_property
    def settings(self) -> Settings:
        """The settings, from the environment."""
        try:
            return from_environment()
        except SettingsError as refused:
            raise click.ClickException(str(refused)) from None

    @cached_property
    def database(self) -> Database:
        """Their database."""
        try:
            return open_database(self.settings)
        except (Unguarded, DemoOrders) as refused:
            raise click.ClickException(str(refused)) from None


def is_looked_through() -> bool:
    """Whether `flask` imports the application to look for a command of ours, not to serve its pages."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)


def create_command_line() -> Flask:
    """An application of commands, without a page."""
    app = Flask("shop", static_folder=None, instance_path=str(Path.cwd()))
    app.extensions["shop"] = Premises()
    cli.register(app, whole=cache(_shop))
    return app


def _shop() -> Flask:
    from shop.application import create_app  # noqa: PLC0415 - all that pages are made of

    return create_app()
