"""The outbox: emails stop."""

import click
from flask.cli import AppGroup

from shop import backup, web

group = AppGroup("emails", help="The outbox.")


@group.command("stop")
def stop_emails() -> None:
    """Mark every e-mail still waiting as never to be sent: for a restored copy, before its worker starts."""
    with web.transaction() as session:
        click.echo(f"{backup.drop_unsent(session)} e-mails will not be sent.")
