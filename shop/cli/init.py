"""Getting a database ready: init."""

import click
from flask.cli import with_appcontext

from shop import erasures, migrations, sample, web
from shop.container import current_services
from shop.db import Database
from shop.dedications.key_migration import Mover
from shop.dedications.vault import Vault
from shop.giving import policies


@click.command("init")
@with_appcontext
def init() -> None:
    """Migrate the database and load the sample collection. Safe to run again."""
    make_ready(web.database(), current_services().vault)
    click.echo("The database is ready.")


def make_ready(database: Database, vault: Vault) -> None:
    """Migrate a database, do again what an erasure left undone, and load the sample unless it is there."""
    migrations.upgrade(database, mover=Mover(vault))
    erasures.catch_up(database, vault)
    with database.transaction() as session:
        sample.load_sample(session)
        policies.load_sample_policy(session)
