"""The application in which `flask --app app COMMAND` looks for its commands.

To write a file of the ledger takes its tables and no page. So settings are read and the database is opened
when a command asks for them, and the whole shop is made for those commands alone that need it.
"""

from functools import cache
from pathlib import Path

import click
from flask import Flask
from flask.cli import FlaskGroup

from shop import cli
from shop.opening import Premises


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
