"""What open orders would be cut like: engravings check."""

import sys

import click
from flask.cli import AppGroup

from shop import web
from shop.container import current_services
from shop.orders.cutting import open_orders, problems, tell_owner
from shop.orders.models import Order

group = AppGroup("engravings", help="What is cut is what was approved.")


@group.command("check")
def check() -> None:
    """Cut every open order's words again and hold them against what was approved.

    A line for each unit that would come out otherwise, an alert for the owner, and exit status 1.
    """
    looked = wrong = after = 0
    while orders := _next(after):
        wrong += sum(map(_check, orders))
        looked, after = looked + len(orders), orders[-1].id
        if sys.stderr.isatty():
            click.echo(f"\r{looked} orders", err=True, nl=False)
    click.echo(f"{looked} open orders, {wrong} pieces that would not be cut as approved")
    if wrong:
        sys.exit(1)


def _next(after: int) -> list[Order]:
    with web.reading() as session:
        return open_orders(session, after)


def _check(order: Order) -> int:
    """Say and tell what is wrong with an order's pieces; with how many that is."""
    with web.reading() as session:
        found = list(problems(session, current_services().vault, order))
    for number, problem in found:
        click.echo(f"{order.reference} piece {number}: {problem.why}")
        with web.transaction() as session:
            tell_owner(session, order.reference, number, problem)
    return len(found)
