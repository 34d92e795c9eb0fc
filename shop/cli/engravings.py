"""What open orders would be cut like: engravings check."""

import sys

import click
from flask.cli import AppGroup

from shop import web
from shop.container import current_services
from shop.orders.cutting import open_orders, problems, tell_owner

group = AppGroup("engravings", help="What is cut is what was approved.")


@group.command("check")
def check() -> None:
    """Cut every open order's words again and hold them against what was approved.

    A line for each unit that would come out otherwise, an alert for the owner, and exit status 1.
    """
    vault, wrong = current_services().vault, 0
    with web.reading() as session:
        orders = open_orders(session)
    for order in orders:
        with web.reading() as session:
            found = list(problems(session, vault, order))
        for number, problem in found:
            click.echo(f"{order.reference} piece {number}: {problem.why}")
            with web.transaction() as session:
                tell_owner(session, order.reference, number, problem)
        wrong += len(found)
    click.echo(f"{len(orders)} open orders, {wrong} pieces that would not be cut as approved")
    if wrong:
        sys.exit(1)
