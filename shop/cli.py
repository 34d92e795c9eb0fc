"""`flask --app app ...`: each command a few lines over the same functions that pages use."""

import sys
from datetime import date, datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from shop import migrations, stock, web, worker
from shop.accounts import staff
from shop.catalogue import sample, snapshot
from shop.giving import export, policies, triggers, verification
from shop.giving.ledger import Book
from shop.orders.converge import Services
from shop.orders.sweep import reconcile as reconcile_orders
from shop.orders.sweep import sweep as sweep_orders

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("init")
@with_appcontext
def init() -> None:
    """Migrate the database and load the sample collection. Safe to run again."""
    migrations.upgrade(web.database())
    with web.transaction() as session:
        sample.load_sample(session)
        policies.load_sample_policy(session)
    click.echo("The database is ready.")


@click.command("worker")
@click.option("--beside", type=int, default=None, help="Stop when the process of this number ends.")
@with_appcontext
def run_worker(beside: int | None) -> None:
    """Send letters and sweep until stopped."""
    worker.run(current_app._get_current_object(), beside)  # type: ignore[attr-defined]  # noqa: SLF001


accounts_group = AppGroup("accounts", help="Staff accounts.")


@accounts_group.command("add")
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


@accounts_group.command("first-owner")
def first_owner() -> None:
    """Print a one-time link for a first owner, as long as no owner has a password."""
    with web.transaction() as session:
        token = staff.first_owner_link(session)
    click.echo(f"Owner's one-time sign-in: {_link(token)}" if token else "Owner: sign in at /sign-in")


def _link(token: str) -> str:
    return f"{web.settings().site_url}/sign-in/link/{token}"


payments_group = AppGroup("payments", help="Stripe and the orders.")


@payments_group.command("sweep")
def sweep() -> None:
    """Look at every order that a lost message may have left undone."""
    click.echo(f"{sweep_orders(web.wired(Services))} orders looked at.")


@payments_group.command("reconcile")
def reconcile() -> None:
    """Look at every order, and say what does not add up."""
    click.echo(f"{reconcile_orders(web.wired(Services))} orders looked at.")


ledger_group = AppGroup("ledger", help="The donation ledger.")


@ledger_group.command("verify")
def verify() -> None:
    """Check the chain, the sums, the head and the guards. Exit status 1 when anything is wrong."""
    with web.reading() as session:
        problems = verification.verify(session) + triggers.missing(session.connection())
    for problem in problems:
        click.echo(problem)
    click.echo("The ledger is sound." if not problems else f"{len(problems)} problems.")
    sys.exit(1 if problems else 0)


@ledger_group.command("export")
@click.option("--format", "kind", type=click.Choice(sorted(export.FORMATS)), default="csv")
@click.option("--from", "start", type=DAY, help="First day, by when things happened (UTC).")
@click.option("--to", "end", type=DAY, help="Last day.")
@click.option("--book", type=click.Choice(["live", "test"]), default=None, help="Default: the one in use.")
def export_ledger(kind: str, start: datetime | None, end: datetime | None, book: Book | None) -> None:
    """Write the ledger to standard output; it holds no personal field."""
    services = web.wired(Services)
    with web.reading() as session:
        for part in export.export(
            session, kind, book=book or services.book, first=_day(start), last=_day(end)
        ):
            click.echo(part, nl=False)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


stock_group = AppGroup("stock", help="What is on hand.")


@stock_group.command("list")
def list_stock() -> None:
    """On hand, set aside and available, by variant."""
    with web.reading() as session:
        levels, catalogue = stock.levels(session), snapshot.load(session)
    for piece in catalogue.pieces:
        for variant in piece.variants:
            level = levels[variant.id]
            click.echo(f"{variant.sku:24} {level.on_hand:5} {level.reserved:5} {level.available:5}")


@stock_group.command("adjust")
@click.argument("sku")
@click.argument("quantity", type=int)
@click.option("--reason", type=click.Choice(["received", "counted", "damaged"]), required=True)
@click.option("--note", default="")
def adjust_stock(sku: str, quantity: int, reason: stock.ByHand, note: str) -> None:
    """Add to (or take from) what is on hand."""
    with web.transaction() as session:
        found = snapshot.load(session).by_sku(sku)
        if found is None:
            raise click.ClickException(f"There is no variant {sku}.")
        stock.adjust(session, found[1].id, quantity, reason=reason, note=note, actor="command line")


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (init, run_worker, accounts_group, payments_group, ledger_group, stock_group):
        app.cli.add_command(command)
