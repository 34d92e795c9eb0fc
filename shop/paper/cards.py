"""Dedication cards: what the buyer wrote for the card in the box. Whoever prints one has opened it."""

from collections.abc import Sequence
from typing import Any, Final

from shop.fulfilment.ticket_codes import ticket_code
from shop.orders.view import LineView
from shop.paper.chosen import Chosen
from shop.paper.typesetting import Part
from shop.paper.written import STAND_IN, by_hand, lines

TITLE: Final = "A card"
"""What a screen reader calls a card; nothing of it is seen."""


def with_dedication(orders: Sequence[Chosen]) -> list[tuple[Chosen, LineView]]:
    """Those of the units that have a card."""
    return [(one, line) for one in orders for line in one.lines if line.dedication]


def cards(orders: Sequence[Chosen]) -> Part:
    """A card for each unit that has a dedication."""
    return {"kind": "cards", "items": [_card(one, line) for one, line in with_dedication(orders)]}


def _card(one: Chosen, line: LineView) -> dict[str, Any]:
    missing = by_hand([line.dedication])
    return {
        "title": TITLE,
        "words": lines(line.dedication),
        "mark": ticket_code(one.reference, line.row.number),
        "by-hand": f"{STAND_IN} to be written by hand: {missing}" if missing else "",
    }
