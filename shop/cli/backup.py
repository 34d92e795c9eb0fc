"""Copies of the database: backup, restore."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from shop import backup, web
from shop.container import current_services

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup")
@click.argument("file", type=FILE)
@with_appcontext
def back_up(file: Path) -> None:
    """Copy the database into a new FILE while the shop goes on. The keys are not in it: keep them apart."""
    try:
        size = backup.write(web.database(), file)
    except (backup.AnotherTool, backup.CannotBackUp) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{file}: {size} bytes. The keys are not in it: `keys backup` copies them, to another place.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--yes-replace", is_flag=True, help="Replace a database that is not empty.")
@with_appcontext
def restore(file: Path, *, yes_replace: bool) -> None:
    """Bring a backup back. Stop the shop first. E-mails that were waiting in it are never sent from here."""
    try:
        restored = backup.restore(web.database(), current_services().vault, file, replace=yes_replace)
    except (backup.AnotherTool, backup.CannotRestore) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(
        f"Restored; its ledger is sound. {restored.emails} waiting e-mails will not be sent. "
        f"What was erased or withdrawn since is so again: {restored.gone}.\n"
        "No password opens any more and nobody is signed in: `accounts list` names everybody. Give whoever "
        f"of {restored.staff} still works here a new link with `accounts add`."
    )
