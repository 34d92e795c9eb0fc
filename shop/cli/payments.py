"""Stripe and the orders: payments sweep, reconcile."""

import sys

import click
from flask.cli import AppGroup

from shop.cli.actor import ACTOR
from shop.container import current_services
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.sweep import sweep as sweep_orders
from shop.reconciliation.reconciling import reconcile as reconcile_everything

group = AppGroup("payments", help="Stripe and the orders.")


@group.command("sweep")
def sweep() -> None:
    """Look at every order that a lost message may have left undone. Exit status 1 when one could not be."""
    looked = sweep_orders(current_services())
    click.echo(f"{looked.done} orders looked at.")
    if looked.missed:
        raise click.ClickException(f"{looked.missed} could not be looked at now, and are tried again.")


@group.command("reconcile")
@click.option("--whole", is_flag=True, help="Look at every order, and compare everything from the beginning.")
def reconcile(*, whole: bool) -> None:
    """Compare what is new with Stripe, then say what does not agree. Exit status 1 when anything does not."""
    try:
        problems = reconcile_everything(current_services(), by=ACTOR, whole=whole)
    except (GatewayDown, GatewayRefused) as error:
        raise click.ClickException(f"Not finished: {error}. It goes on where it stopped.") from None
    for problem in problems:
        click.echo(problem)
    click.echo("Everything adds up." if not problems else f"To be looked into: {len(problems)}.")
    sys.exit(1 if problems else 0)
