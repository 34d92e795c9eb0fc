"""What is on hand: stock list, adjust."""

import click
from flask.cli import AppGroup

from shop import current, stock
from shop.catalogue import snapshot
from shop.cli.actor import ACTOR

MOST = 10_000
"""Pieces in one movement of stock: more is a slip of the finger."""


group = AppGroup("stock", help="What is on hand.")


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
@click.option("--reason", type=click.Choice(["received", "counted", "damaged"]), required=True)
@click.option("--note", default="")
def adjust_stock(sku: str, quantity: int, reason: stock.ByHand, note: str) -> None:
    """Add to (or take from) what is on hand."""
    with current.transaction() as session:
        found = snapshot.load(session).by_sku(sku)
        if found is None:
            raise click.ClickException(f"There is no variant {sku}.")
        try:
            stock.adjust(session, found[1].id, quantity, reason=reason, note=note, actor=ACTOR)
        except (stock.WouldGoNegative, ValueError) as refused:
            raise click.ClickException(str(refused)) from None
