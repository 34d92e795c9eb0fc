"""Years of invented orders, to look at the shop with: demo fill."""

import os
from pathlib import Path

import click

from shop import current, migrations, sample
from shop.cli import light_groups
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.demo import fill as filling
from shop.settings import Settings, SettingsError, from_environment

group = light_groups.group("demo", "Invented orders in a scratch database.")


@group.command("fill")
@click.option("--orders", type=click.IntRange(1, 10_000_000), default=10_000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Its INSTANCE_DIR.")
@click.option("--database", "url", default=None, help="An empty database; default: a file in that folder.")
def fill(orders: int, folder: Path | None, url: str | None) -> None:
    """Invent orders over five years, with everything real ones leave behind.

    They look as if real money had been paid, so the database is marked: with Stripe's live keys the shop
    does not start on it. Keys of sealed words go into a store of their own in the folder.
    """
    if current.settings().livemode:
        raise click.ClickException("Stripe's live keys are set. Invented orders are no place for them.")
    settings = _settings(folder or current.settings().instance_dir / "demo", url)
    place = _place(settings)
    try:
        filling.refuse_full(place)
        migrations.upgrade(place.database)
        with place.database.transaction() as session:
            sample.load_sample(session)
        with click.progressbar(length=orders, label=f"{orders} orders") as bar:
            filling.fill(place, orders, bar.update)
    except filling.NotEmpty as refused:
        raise click.ClickException(str(refused)) from None
    finally:
        place.database.dispose()
        place.vault.keys.dispose()
    click.echo(f"To look at them: INSTANCE_DIR={settings.instance_dir} DATABASE_URL=... make run, with")
    click.echo(f"the database {place.database.engine.url.render_as_string()}")


def _settings(folder: Path, url: str | None) -> Settings:
    asked = {"INSTANCE_DIR": str(folder)} | ({"DATABASE_URL": url} if url else {})
    try:
        return from_environment(asked | {"PORT": os.environ.get("PORT", "")})
    except SettingsError as refused:
        raise click.ClickException(str(refused)) from None


def _place(settings: Settings) -> filling.Place:
    vault = Vault(settings.vault_key, KeyStore(settings.key_store_url))
    return filling.Place(Database(settings.database_url), vault, settings.secret_key, settings.site_url)
