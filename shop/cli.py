"""`flask --app app ...`: each command a few lines over the same functions that pages use."""

import json
import secrets
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from shop import backup, clock, migrations, stock, web, worker
from shop.accounts import staff
from shop.catalogue import sample, snapshot
from shop.checkout import basket
from shop.giving import export, policies, remittances, triggers, verification
from shop.giving.ledger import Book
from shop.giving.posting import NotPlain
from shop.mail import outbox
from shop.money import NotAnAmount, read_pounds
from shop.orders import privacy
from shop.orders.converge import Services
from shop.orders.reconciliation import reconcile as reconcile_everything
from shop.orders.sweep import sweep as sweep_orders
from shop.pages import support

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)
ACTOR = "command line"
MOST = 10_000
"""Pieces in one movement of stock: more is a slip of the finger."""


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
    """Look at every order, then say what does not add up. Exit status 1 when anything does not."""
    problems = reconcile_everything(web.wired(Services))
    for problem in problems:
        click.echo(problem)
    click.echo("Everything adds up." if not problems else f"{len(problems)} differences.")
    sys.exit(1 if problems else 0)


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


@ledger_group.command("remit")
@click.argument("pounds")
@click.option("--on", "day", type=DAY, required=True, help="The day it left the bank.")
@click.option("--reference", required=True, help="As it stands on the bank's statement.")
@click.option("--receipt", default="", help="What the charity sent, and where it is kept.")
@click.option("--charity", default=None, help="Needed when there are several.")
@click.option("--more-than-owed", is_flag=True, help="More than is owed was paid, and that was meant.")
def remit(
    pounds: str, day: datetime, reference: str, receipt: str, charity: str | None, *, more_than_owed: bool
) -> None:
    """Write down that money was paid over to the charity."""
    services = web.wired(Services)
    try:
        with web.transaction() as session:
            known = remittances.charities(session, services.book)
            if charity not in known and (charity or len(known) != 1):
                raise click.ClickException(f"Please name the charity: {', '.join(known) or 'there is none'}.")
            made = remittances.record_remittance(
                session,
                book=services.book,
                policy_id=known[charity or next(iter(known))],
                amount_pence=read_pounds(pounds),
                paid_on=day.date(),
                bank_reference=reference,
                receipt=receipt,
                key=secrets.token_urlsafe(16),
                actor=ACTOR,
                more_than_owed=more_than_owed,
            )
    except (NotAnAmount, NotPlain, remittances.MoreThanOwed, ValueError) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Written down as transaction {made.seq}.")


@ledger_group.command("undo-remittance")
@click.argument("number", type=int)
@click.option("--reason", required=True)
def undo_remittance(number: int, reason: str) -> None:
    """Undo a payment that was written down by mistake; both lines stay in the ledger."""
    try:
        with web.transaction() as session:
            made = remittances.undo_remittance(session, number, reason=reason, actor=ACTOR)
    except (remittances.NoSuchRemittance, remittances.AlreadyUndone) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Undone by transaction {made.seq}.")


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


@stock_group.command("adjust", context_settings={"ignore_unknown_options": True})  # so that -1 is a number
@click.argument("sku")
@click.argument("quantity", type=click.IntRange(-MOST, MOST))
@click.option("--reason", type=click.Choice(["received", "counted", "damaged"]), required=True)
@click.option("--note", default="")
def adjust_stock(sku: str, quantity: int, reason: stock.ByHand, note: str) -> None:
    """Add to (or take from) what is on hand."""
    with web.transaction() as session:
        found = snapshot.load(session).by_sku(sku)
        if found is None:
            raise click.ClickException(f"There is no variant {sku}.")
        try:
            stock.adjust(session, found[1].id, quantity, reason=reason, note=note, actor=ACTOR)
        except (stock.WouldGoNegative, ValueError) as refused:
            raise click.ClickException(str(refused)) from None


privacy_group = AppGroup("privacy", help="What is kept about an order.")


@privacy_group.command("export")
@click.argument("order")
def export_order(order: str) -> None:
    """Write all that is kept about an order as JSON, for its buyer."""
    with web.reading() as session:
        try:
            kept = privacy.everything(session, web.wired(Services).vault, order)
        except privacy.UnknownOrder as unknown:
            raise click.ClickException(str(unknown)) from None
    click.echo(json.dumps(kept, indent=2, ensure_ascii=False))


@privacy_group.command("erase")
@click.argument("order")
def erase_order(order: str) -> None:
    """Erase an order's names, address and words for good. Amounts and the ledger stay."""
    with web.transaction() as session:
        try:
            erased = privacy.erase(session, web.wired(Services).vault, order, actor=ACTOR)
        except privacy.UnknownOrder as unknown:
            raise click.ClickException(str(unknown)) from None
        basket.forget_order(session, privacy.order_id(session, order))
    web.database().forget_deleted()
    if not erased.words:
        click.echo(f"{order} had been erased before.")
        return
    click.echo(
        f"{order} is erased: name, address and words are gone, its link is closed, and {erased.letters} "
        "unsent letters will not be sent. Backups made earlier hold them, sealed, until they are deleted."
    )


letters_group = AppGroup("letters", help="The outbox.")


@letters_group.command("stop")
def stop_letters() -> None:
    """Mark every letter still waiting as never to be sent: for a restored copy, before its worker starts."""
    with web.transaction() as session:
        click.echo(f"{outbox.drop_unsent(session, backup.RESTORED)} letters will not be sent.")


support_group = AppGroup("support", help="The support page.")


@support_group.command("due")
@click.option("--within", type=click.IntRange(0, 90), default=14, help="Days from now.")
def support_due(within: int) -> None:
    """Whose number must be looked at again, now or soon. Exit status 1 when there is any."""
    by = clock.now().date() + timedelta(days=within)
    due = support.overdue(current_app.extensions["shop.support"], by)
    for entry in due:
        click.echo(f"{entry.review_by} {entry.name}: {entry.url}")
    sys.exit(1 if due else 0)


@click.command("backup")
@click.argument("file", type=FILE)
@with_appcontext
def back_up(file: Path) -> None:
    """Copy the database into a new FILE while the shop goes on. The keys are not in it: keep them apart."""
    try:
        size = backup.write(web.database(), file)
    except (backup.AnotherTool, backup.CannotBackUp) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{file}: {size} bytes. Keep {web.settings().instance_dir / 'keys'} too, in another place.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--yes-replace", is_flag=True, help="Replace a database that is not empty.")
@with_appcontext
def bring_back(file: Path, *, yes_replace: bool) -> None:
    """Bring a backup back. Stop the shop first. Letters that were waiting in it are never sent from here."""
    try:
        restored = backup.restore(web.database(), file, replace=yes_replace)
    except (backup.AnotherTool, backup.CannotRestore) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Restored; its ledger is sound. {restored.letters} waiting letters will not be sent.")


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (
        init,
        run_worker,
        back_up,
        bring_back,
        accounts_group,
        payments_group,
        ledger_group,
        stock_group,
        privacy_group,
        letters_group,
        support_group,
    ):
        app.cli.add_command(command)
