"""The support page: support due."""

import sys
from datetime import timedelta

import click
from flask import current_app
from flask.cli import AppGroup

from shop import clock
from shop.pages import support

group = AppGroup("support", help="The support page.")


@group.command("due")
@click.option("--within", type=click.IntRange(0, 90), default=14, help="Days from now.")
def support_due(within: int) -> None:
    """Whose number must be looked at again, now or soon. Exit status 1 when there is any."""
    by = clock.today() + timedelta(days=within)
    due = support.overdue(current_app.extensions["shop.support"], by)
    for entry in due:
        click.echo(f"{entry.review_by} {entry.name}: {entry.url}")
    sys.exit(1 if due else 0)
