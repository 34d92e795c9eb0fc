"""The keys of sealed words: keys backup, restore."""

from pathlib import Path

import click
from flask.cli import AppGroup

from shop import backup, key_copies, retention, web
from shop.container import current_services

FILE = click.Path(path_type=Path, dir_okay=False)
DAYS = retention.lasts(retention.KEY_COPIES).days

group = AppGroup("keys", help="The keys of sealed words.")


@group.command("backup")
@click.argument("file", type=FILE)
def back_up_keys(file: Path) -> None:
    """Copy the key store into a new FILE. Older copies in its folder go once their 35 days are over."""
    try:
        copied = key_copies.write(current_services().vault.keys, file)
    except backup.CannotBackUp as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{file}: {copied.keys} keys. Keep it away from any copy of the database.")
    for old in copied.deleted:
        click.echo(f"{old} was {DAYS} days old and is deleted.")
    click.echo(
        f"In {DAYS} days it is deleted from there. Wherever else you put it, delete it by then: with it and "
        "an old copy of the database, what was erased meanwhile could be read again."
    )


@group.command("restore")
@click.argument("file", type=FILE)
def restore_keys(file: Path) -> None:
    """Bring back the keys that the store lacks; none of what was erased or withdrawn. The database first."""
    try:
        count = key_copies.restore(web.database(), current_services().vault, file)
    except key_copies.NotACopy as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{count} keys are back. Keys of what was erased or withdrawn were left out.")
