"""Who works here: accounts add, first-owner."""

import click
from flask.cli import AppGroup

from shop import web
from shop.accounts import staff

group = AppGroup("accounts", help="Staff accounts.")


@group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["owner", "finance"]), required=True)
def add_account(email: str, role: str) -> None:
    """Add a staff account, or give an existing one a fresh sign-in link."""
    try:
        with web.transaction() as session:
            _, token = staff.add_account(session, email, role)
    except (staff.NotAnEmail, staff.RoleDiffers) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"One-time sign-in link, for 24 hours: {_link(token)}")


@group.command("first-owner")
def first_owner() -> None:
    """Print a one-time link for a first owner, as long as no owner has a password."""
    with web.transaction() as session:
        token = staff.first_owner_link(session)
    click.echo(f"Owner's one-time sign-in: {_link(token)}" if token else "Owner: sign in at /sign-in")


def _link(token: str) -> str:
    return f"{web.settings().site_url}/sign-in/link/{token}"
