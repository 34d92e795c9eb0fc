"""The cards and the slip of an order as its buyer sees them: what is printed, made by what prints it."""

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Any, Final

from shop.checkout.basket_contents import BasketContents
from shop.checkout.presenters import statement
from shop.container import trader
from shop.frozen import frozen
from shop.orders.view import OrderView
from shop.paper.cards import card
from shop.paper.slips import given_by, piece_inside, piece_ordered, slip
from shop.pricing import QuotedLine

_LINES: Final = ("words", "for", "from", "message")
"""What of a paper is lines that somebody wrote."""


@frozen
class PapersShown:
    """What lies in the box, ready for a template."""

    cards: Mapping[int, Mapping[str, Any]] = field(repr=False)
    """By the line's id in a basket, the unit's number in an order."""
    slip: Mapping[str, Any] | None = field(repr=False)
    """None where it is no gift and has no message."""


def before_payment(basket: BasketContents) -> PapersShown:
    """The papers that would be printed for a basket with its details."""
    kept = basket.details or {}
    gift = {"as_gift": kept.get("as_gift"), "message": kept.get("gift_message")}
    pieces = [piece for line in basket.lines for piece in _piece(line)]
    return PapersShown(
        {line.id: shown(card(line.item.dedication)) for line in basket.lines if line.item.dedication},
        shown(slip(trader(), kept["contact"], gift, pieces, given=statement() or ""))
        if _is_told(gift)
        else None,
    )


def of_order(order: OrderView, gone: Collection[int]) -> PapersShown:
    """The papers of an order. `gone`: numbers of units that are not sent any more."""
    gift, contact = order.gift or {}, order.contact or {}
    pieces = [piece_ordered(line.row) for line in order.lines if line.row.number not in gone]
    given, reference = given_by(order), order.row.reference
    return PapersShown(
        {line.row.number: shown(card(line.dedication)) for line in order.lines if line.dedication},
        shown(slip(trader(), contact, gift, pieces, reference=reference, given=given))
        if _is_told(gift)
        else None,
    )


def shown(paper: Mapping[str, Any]) -> Mapping[str, Any]:
    """A card or slip with its lines as one text each, for templates."""
    texts = {key: "\n".join(line["text"] for line in paper[key]) for key in _LINES if key in paper}
    return {**paper, **texts}


def _piece(line: QuotedLine) -> list[Mapping[str, str]]:
    """Nothing of what is no longer sold."""
    if line.piece is None or line.variant is None:
        return []
    variant, engraved = line.variant, line.item.engraving is not None
    return [piece_inside(line.piece.name, variant.metal_name, variant.chain_inches, engraved=engraved)]


def _is_told(gift: Mapping[str, Any]) -> bool:
    return bool(gift.get("as_gift") or gift.get("message"))
