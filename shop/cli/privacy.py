"""What is kept about an order: privacy export, erase."""

import json

import click
from flask.cli import AppGroup

from shop import erasures, privacy, retention, web
from shop.checkout import basket_store
from shop.cli.actor import ACTOR
from shop.container import current_services
from shop.fulfilment import photograph_days

DAYS = retention.lasts(retention.KEY_COPIES).days

group = AppGroup("privacy", help="What is kept about an order.")


@group.command("export")
@click.argument("order")
def export_order(order: str) -> None:
    """Write all that is kept about an order as JSON, for its buyer."""
    with web.reading() as session:
        try:
            kept = privacy.everything(session, current_services().vault, order)
        except privacy.UnknownOrder as unknown:
            raise click.ClickException(str(unknown)) from None
    click.echo(json.dumps(kept, indent=2, ensure_ascii=False))


@group.command("forget-photographs")
@click.argument("order")
def forget_photographs(order: str) -> None:
    """Delete the photographs of an order for good, of artwork and finished pieces. The outlines stay."""
    with web.transaction() as session:
        try:
            order_id = privacy.order_id(session, order)
        except privacy.UnknownOrder as unknown:
            raise click.ClickException(str(unknown)) from None
        count = photograph_days.forget_asked(session, current_services().vault, order_id, actor=ACTOR)
    web.database().forget_deleted()
    click.echo(f"{count} photographs of {order} are gone; no copy of the database opens them any more.")


@group.command("erase")
@click.argument("order")
def erase_order(order: str) -> None:
    """Erase an order's names, address and words for good. Amounts and the ledger stay."""
    with web.transaction() as session:
        try:
            erased = privacy.erase(session, current_services().vault, order, actor=ACTOR)
        except privacy.UnknownOrder as unknown:
            raise click.ClickException(str(unknown)) from None
        basket_store.forget_order(session, privacy.order_id(session, order))
    web.database().forget_deleted()
    erasures.forget_email_files(web.database(), web.settings().instance_dir / "mail")
    if not erased.words:
        click.echo(f"{order} had been erased before.")
        return
    click.echo(
        f"{order} is erased: name, address and words are gone, its link is closed, and {erased.emails} "
        "unsent e-mails will not be sent. No backup of the database opens them any more; a copy of the keys "
        f"made before this does, for {DAYS} days at most."
    )
