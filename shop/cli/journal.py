"""The owner's own posts: journal check, journal save."""

from pathlib import Path

import click

from shop import current
from shop.cli import light_groups
from shop.journal import own_posts
from shop.journal.markdown import TextRefused

group = light_groups.group("journal", "Posts of your own.")
POST = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@group.command("check")
@POST
def check(file: Path) -> None:
    """Say what in a post may not be shown as it is. Nothing is kept."""
    try:
        own_posts.check(file, current.settings().instance_dir)
    except TextRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{file.name} may be shown.")


@group.command("save")
@POST
def save(file: Path) -> None:
    """Keep a post; it stands in the journal from the next start on."""
    try:
        own_posts.save(file, current.settings().instance_dir)
    except TextRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{file.name} is kept. It stands in the journal once the shop is started again.")
