"""The donation ledger: verify, export, remit, undo-remittance."""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import current, exports
from shop.cli import light_groups
from shop.cli.actor import ACTOR
from shop.exports.selection import of_days
from shop.giving.models import LedgerHead
from shop.giving.sums import Book
from shop.money import NotAnAmount, read_pounds
from shop.opening import book_in_use

DAY = click.DateTime(["%Y-%m-%d"])


group = light_groups.group("ledger", "The donation ledger.")


@group.command("verify")
@click.option(
    "--checkpoint",
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A checkpoint that was kept elsewhere, as a file; may be given several times.",
)
def verify(files: tuple[Path, ...]) -> None:
    """Check the ledger, its guards, and the log against it. Exit status 1 when anything is wrong."""
    # What no other of these commands needs: keys and signatures, and the rules of every posting.
    from shop import triggers  # noqa: PLC0415
    from shop.cli import log  # noqa: PLC0415
    from shop.giving import ledger_triggers, verification  # noqa: PLC0415

    with current.reading() as session, _bar(session, "Verifying") as progress:
        problems = verification.verify(session, log.anchors(session), progress=progress)
        problems += triggers.missing(session.connection(), ledger_triggers.TRIGGERS)
        problems += log.problems(session, files)
        problems += log.confirmation_problems(session)
    for problem in problems:
        click.echo(problem)
    click.echo("The ledger is sound." if not problems else f"{len(problems)} problems.")
    sys.exit(1 if problems else 0)


@group.command("export")
@click.option("--format", "kind", type=click.Choice(sorted(exports.FORMATS)), default="csv")
@click.option("--from", "start", type=DAY, help="First day, by when things were booked, in Britain.")
@click.option("--to", "end", type=DAY, help="Last day.")
@click.option("--book", type=click.Choice(["live", "test"]), default=None, help="Default: the one in use.")
def export_ledger(kind: str, start: datetime | None, end: datetime | None, book: Book | None) -> None:
    """Write the ledger to standard output; it holds no personal field."""
    settings = current.settings()
    selection = of_days(book or book_in_use(settings, current.database()), _day(start), _day(end))
    office = exports.Office.of(settings)
    try:
        with current.reading() as session, _bar(session, "Writing") as progress:
            for piece in exports.write(session, kind, selection, office, progress):
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
    except exports.NotWritten as refused:
        raise click.ClickException(str(refused)) from None


@group.command("remit")
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
    from shop.giving import remittances  # noqa: PLC0415 - a file of the ledger is written with less
    from shop.giving.posting import NotPlain  # noqa: PLC0415

    book = book_in_use(current.settings(), current.database())
    try:
        with current.transaction() as session:
            known = remittances.charities(session, book)
            if charity not in known and (charity or len(known) != 1):
                raise click.ClickException(f"Please name the charity: {', '.join(known) or 'there is none'}.")
            made = remittances.record_remittance(
                session,
                book=book,
                policy_id=known[charity or next(iter(known))],
                amount_pence=read_pounds(pounds),
                paid_on=day.date(),
                bank_reference=reference,
                receipt=receipt,
                key=secrets.token_urlsafe(16),
                actor=ACTOR,
                more_than_owed=more_than_owed,
            )
    except (NotAnAmount, NotPlain, *remittances.REFUSALS, ValueError) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Recorded as posting {made.seq}.")


@group.command("undo-remittance")
@click.argument("number", type=int)
@click.option("--reason", required=True)
def undo_remittance(number: int, reason: str) -> None:
    """Undo a payment that was written down by mistake; both lines stay in the ledger."""
    from shop.giving import remittances  # noqa: PLC0415

    try:
        with current.transaction() as session:
            made = remittances.undo_remittance(session, number, reason=reason, actor=ACTOR)
    except (remittances.NoSuchRemittance, remittances.AlreadyUndone) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"Undone by transaction {made.seq}.")


@contextmanager
def _bar(session: Session, label: str) -> Iterator[Callable[[int], object]]:
    """A bar over all transactions, where somebody is looking; standard output is left to what is written."""
    if not sys.stderr.isatty():
        yield bool
        return
    count = session.scalar(select(LedgerHead.last_seq)) or 0
    with click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        yield bar.update


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
