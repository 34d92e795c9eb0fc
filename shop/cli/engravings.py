"""What open orders would be cut like, and what a finished piece looks like: engravings check, inspect."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from shop import web
from shop.container import current_services
from shop.inspection.approved import ApprovedSide
from shop.inspection.inspection import NOT_PROVEN, Verdict
from shop.inspection.inspection import inspect as look_at
from shop.orders.approved_sides import approved_side
from shop.orders.cutting import (
    NotApprovedYet,
    NotAsApproved,
    open_orders,
    problems,
    tell_owner,
)
from shop.orders.models import Order
from shop.orders.view import view

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


@group.command("inspect")
@click.argument("photograph", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--order", "reference", required=True, help="Such as PM-7K3Q-2F.")
@click.option("--piece", "number", type=int, default=1, show_default=True, help="Its number in the order.")
@click.option("--side", required=True, help="Such as front or back.")
def inspect(photograph: Path, reference: str, number: int, side: str) -> None:
    """Hold a photograph of the finished piece against what was approved, letter by letter.

    An aid beside your own look. The photograph is read and not kept. Exit status 1 when something differs, 3
    when it cannot be told from this photograph.
    """
    found = look_at(photograph.read_bytes(), _approved(reference, number, side))
    for note in (*found.notes, *([found.cannot_judge] if found.cannot_judge else [])):
        click.echo(note)
    for finding in found.findings:
        click.echo(finding.said)
    click.echo(f"{reference} piece {number}, {side}: {found.verdict}. {NOT_PROVEN}")
    sys.exit({Verdict.AS_APPROVED: 0, Verdict.DIFFERS: 1, Verdict.NOT_SEEN: 3}[found.verdict])


def _approved(reference: str, number: int, side: str) -> ApprovedSide:
    with web.reading() as session:
        order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
        lines = view(session, current_services().vault, order).lines if order is not None else ()
    line = next((line for line in lines if line.row.number == number), None)
    if line is None or line.engraving is None:
        raise click.ClickException("There is no such piece with words.")
    try:
        found = approved_side(line, side)
    except (NotAsApproved, NotApprovedYet):
        raise click.ClickException("Its drawing is not approved, or no longer the one that was.") from None
    if found is None:
        raise click.ClickException("That side has no words.")
    return found
