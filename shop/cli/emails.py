"""The outbox: emails stop."""

import click
from flask.cli import AppGroup

from shop import web
from shop.mail import outbox, owner_outbox

group = AppGroup("emails", help="The outbox.")


@group.command("stop")
def stop_emails() -> None:
    """Mark every e-mail still waiting as never to be sent: for a restored copy, before its worker starts."""
    with web.transaction() as session:
        owner_outbox.drop_unsent(session)
        click.echo(f"{outbox.drop_unsent(session, outbox.Drop.RESTORED)} e-mails will not be sent.")
