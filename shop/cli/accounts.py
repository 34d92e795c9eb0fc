"""Who works here: accounts add, list, role, dismiss, passkeys-lost, renew, first-owner."""

from typing import Final

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts import roster, security_log, staff
from shop.cli.actor import ACTOR

REFUSED: Final = (staff.NotAnEmail, roster.UnknownAccount, roster.LastOwner)

group = AppGroup("accounts", help="Staff accounts.")


@group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["owner", "finance"]), required=True)
def add_account(email: str, role: str) -> None:
    """Add a staff account, or give an existing one a fresh sign-in link."""
    try:
        with web.transaction() as session:
            account, token = staff.add_account(session, email, role)
    except (staff.NotAnEmail, staff.RoleDiffers) as refused:
        raise click.ClickException(str(refused)) from None
    security_log.write("account added", account=account.id, role=account.role, by=ACTOR)
    click.echo(f"One-time sign-in link, for 24 hours: {_link(token, web.settings().site_url)}")


@group.command("list")
def list_accounts() -> None:
    """Everybody: e-mail, role, since when, how many browsers are signed in."""
    with web.reading() as session:
        members = roster.listed(session)
    for member in members:
        account = member.account
        since = clock.in_britain(account.created_at).date()
        ended = f"dismissed {clock.in_britain(account.disabled_at).date()}" if account.disabled_at else ""
        stands = ended or ("" if account.password_hash else "no password yet")
        click.echo(f"{account.email}\t{account.role}\t{since}\t{member.browsers}\t{stands}".rstrip())


@group.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice(["owner", "finance"]))
def give_role(email: str, role: str) -> None:
    """Give somebody another role; it counts from their next click."""
    try:
        with web.transaction() as session:
            account = roster.give_role(session, email, role)
    except REFUSED as refused:
        raise click.ClickException(str(refused)) from None
    security_log.write("role changed", account=account.id, role=role, by=ACTOR)
    click.echo(f"{account.email} has the role {role} from now on.")


@group.command("dismiss")
@click.argument("email")
def dismiss(email: str) -> None:
    """Close an account: every session of it ends at once, and its password and links are worth nothing."""
    try:
        with web.transaction() as session:
            account = roster.dismiss(session, email)
    except REFUSED as refused:
        raise click.ClickException(str(refused)) from None
    security_log.write("account dismissed", account=account.id, by=ACTOR)
    click.echo(f"{account.email} is signed out everywhere and cannot sign in any more.")


@group.command("passkeys-lost")
@click.argument("email")
def lose_passkeys(email: str) -> None:
    """End the passkeys of somebody who has lost the device, and print a link that signs them in once."""
    try:
        with web.transaction() as session:
            token = staff.lose_passkeys(session, email)
    except staff.NotAnEmail as refused:
        raise click.ClickException(str(refused)) from None
    if token is None:
        raise click.ClickException(str(roster.UnknownAccount()))
    security_log.write("passkeys ended", email=staff.normalised(email), by=ACTOR)
    click.echo(f"One-time sign-in link, for 24 hours: {_link(token, web.settings().site_url)}")


@group.command("renew")
def renew() -> None:
    """End all sessions, links, passwords, passkeys: for a restored copy, which does not know who has left."""
    with web.transaction() as session:
        count = roster.start_anew(session)
    security_log.write("every password ended", by=ACTOR)
    click.echo(f"{count} accounts need a new link: `accounts add`, or `accounts first-owner`.")


@group.command("first-owner")
def first_owner() -> None:
    """Print a one-time link for a first owner, as long as no owner has a password."""
    with web.transaction() as session:
        click.echo(first_link(session, web.settings().site_url))


def first_link(session: Session, site_url: str) -> str:
    """What a first owner is told: a one-time link, or where to sign in once an owner has a password."""
    token = staff.first_owner_link(session)
    return f"Owner's one-time sign-in: {_link(token, site_url)}" if token else "Owner: sign in at /sign-in"


def _link(token: str, site_url: str) -> str:
    return f"{site_url}/sign-in/link/{token}"
