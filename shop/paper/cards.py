"""Cards: the dedication that the buyer wrote. Whoever prints one has opened it."""

from collections.abc import Sequence
from typing import Final, TypedDict

from shop.fulfilment.ticket_codes import ticket_code
from shop.orders.view import LineView
from shop.paper.chosen import Chosen
from shop.paper.typesetting import Part
from shop.paper.written import STAND_IN, Line, by_hand, lines

TITLE: Final = "A card"
"""What a screen reader calls a card; nothing of it is seen."""

SIZES: Final = ((140, 19.0), (280, 16.0), (520, 13.5))
"""Below how much there is on a card, its size of type in points."""
SMALLEST: Final = 11.0
_LINE: Final = 24
"""What a line takes, however short it is, of the bytes that the words are measured by."""


class Card(TypedDict):
    """A card as it is printed, and as pages show it."""

    title: str
    words: list[Line]
    size: float
    mark: str
    missing: str


def with_dedication(orders: Sequence[Chosen]) -> list[tuple[Chosen, LineView]]:
    """Those of the units that have a card."""
    return [(one, line) for one in orders for line in one.lines if line.dedication]


def cards(orders: Sequence[Chosen]) -> Part:
    """A card for each unit that has a dedication."""
    return {"kind": "cards", "items": [_of_unit(one, line) for one, line in with_dedication(orders)]}


def card(dedication: str | None, mark: str = "") -> Card:
    """What stands on a card; `mark` tells whose it is, in small print at its foot."""
    words, missing = lines(dedication), by_hand([dedication])
    return {
        "title": TITLE,
        "words": words,
        "size": _size(words),
        "mark": mark,
        "missing": f"{STAND_IN} to be written by hand: {missing}" if missing else "",
    }


def _of_unit(one: Chosen, line: LineView) -> Card:
    return card(line.dedication, ticket_code(one.reference, line.row.number))


def _size(words: Sequence[Line]) -> float:
    much = sum(len(line["text"].encode()) + _LINE for line in words)
    return next((size for most, size in SIZES if much < most), SMALLEST)
