"""What is on hand: stock list, count, adjust."""

import click
from sqlalchemy.orm import Session

from shop import current, stock
from shop.catalogue import snapshot
from shop.cli import light_groups
from shop.cli.actor import ACTOR
from shop.fulfilment import stocktake
from shop.fulfilment.stocktake import Count
from shop.opening import book_in_use

MOST = 10_000
"""Pieces in one movement of stock: more is a slip of the finger."""


group = light_groups.group("stock", "What is on hand.")


@group.command("list")
def list_stock() -> None:
    """On hand, set aside and available, by variant."""
    with current.reading() as session:
        levels, catalogue = stock.levels(session), snapshot.load(session)
    for piece in catalogue.pieces:
        for variant in piece.variants:
            level = levels[variant.id]
            click.echo(f"{variant.sku:24} {level.on_hand:5} {level.reserved:5} {level.available:5}")


@group.command("adjust", context_settings={"ignore_unknown_options": True})  # so that -1 is a number
@click.argument("sku")
@click.argument("quantity", type=click.IntRange(-MOST, MOST))
@click.option("--reason", type=click.Choice(["received", "damaged"]), required=True)
@click.option("--note", default="")
def adjust_stock(sku: str, quantity: int, reason: stock.ByHand, note: str) -> None:
    """Add to (or take from) what is on hand."""
    with current.transaction() as session:
        try:
            stock.adjust(session, _variant(session, sku), quantity, reason=reason, note=note, actor=ACTOR)
        except (stock.WouldGoNegative, ValueError) as refused:
            raise click.ClickException(str(refused)) from None


@group.command("count", context_settings={"ignore_unknown_options": True})  # as above
@click.argument("sku")
@click.argument("pieces", type=click.IntRange(0, stocktake.MOST))
def count_stock(sku: str, pieces: int) -> None:
    """Say how many lie in the drawer: those set aside, and those sold and not begun, lie there too."""
    book = book_in_use(current.settings(), current.database())
    with current.transaction() as session:
        variant = _variant(session, sku)
        stock.lock(session, [variant])
        thought = stocktake.drawers(session, book)[variant].lies
        counts, opened = {variant: Count(pieces, thought)}, stocktake.moment(session)
        found = stocktake.write_down(session, book, counts, opened=opened, actor=ACTOR)[variant]
    click.echo(f"{sku}: {pieces} there, {thought} expected, {found.change:+} on hand.")
    if found.missing:
        raise click.ClickException(
            f"{found.missing} that are sold or set aside are missing. Please look again."
        )


def _variant(session: Session, sku: str) -> int:
    """The id of the variant. Raises ClickException."""
    found = snapshot.load(session).by_sku(sku)
    if found is None:
        raise click.ClickException(f"There is no variant {sku}.")
    return found[1].id
