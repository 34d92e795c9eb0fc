"""Slips: who the parcel is from, the message, what is inside, and never a price."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop.fulfilment.models import Unit
from shop.fulfilment.stages import POSTED_ONCE
from shop.orders.models import OrderLine
from shop.orders.view import OrderView
from shop.paper.chosen import Chosen
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader


def slips(orders: Sequence[Chosen], seller: Trader) -> Part:
    """A slip for each order, for those of its units that were chosen."""
    return {"kind": "slips", "items": [_of_order(one, seller) for one in orders]}


def slip(
    seller: Trader,
    contact: Mapping[str, Any],
    gift: Mapping[str, Any],
    pieces: Sequence[Mapping[str, str]],
    *,
    reference: str = "",
    given: str = "",
    later: str = "",
) -> Mapping[str, Any]:
    """What stands on a slip. `reference`: the order's, "" before there is one. A gift's slip names no sum.

    `contact` and `gift` are as an order has them, `pieces` come from piece_inside.
    """
    return {
        "seller": seller.name,
        "for": lines(contact.get("name")),
        "from": lines(f"A gift from {contact['buyer_name']}" if _is_from(contact, gift) else ""),
        "message": lines(gift.get("message")),
        "pieces": pieces,
        "later": later,
        "given": "" if gift.get("as_gift") else given,
        "help": _help(reference, seller),
    }


def piece_inside(name: str, metal_name: str, chain_inches: int, *, engraved: bool) -> Mapping[str, str]:
    """A piece as the slip names it."""
    return {
        "name": name,
        "detail": f"{metal_name}, {chain_inches} inch chain{', engraved' if engraved else ''}",
    }


def piece_ordered(row: OrderLine) -> Mapping[str, str]:
    """The same of a unit of an order."""
    return piece_inside(row.piece_name, row.metal_name, row.chain_inches, engraved=row.engraved)


def given_by(order: OrderView) -> str:
    """What an order gives, as its slip says it; empty when it gives nothing."""
    return order.row.donation_statement or "" if order.given_pence else ""


def _of_order(one: Chosen, seller: Trader) -> Mapping[str, Any]:
    order = one.order
    pieces = [piece_ordered(line.row) for line in one.lines]
    return slip(
        seller,
        order.contact or {},
        order.gift or {},
        pieces,
        reference=one.reference,
        given=given_by(order),
        later=_later(one),
    )


def _help(reference: str, seller: Trader) -> str:
    return (
        f"From {seller.name}, {', '.join(seller.address)}. If something is not right, please write to "
        f"{seller.email}{f' and say {reference}' if reference else ''}."
    )


def _is_from(contact: Mapping[str, Any], gift: Mapping[str, Any]) -> bool:
    return bool(gift.get("as_gift") and contact.get("buyer_name"))


def _later(one: Chosen) -> str:
    """What else belongs to the order and is not in this parcel."""
    inside = {line.row.number for line in one.lines}
    others = [unit for number, unit in one.units.items() if number not in inside]
    gone = sum(unit.stage in POSTED_ONCE for unit in others)
    to_come = sum(_is_to_come(unit) for unit in others)
    said = []
    if gone:
        said.append(f"{_pieces(gone)} of this order went before.")
    if to_come:
        said.append(f"{_pieces(to_come)} of this order will come later.")
    return " ".join(said)


def _is_to_come(unit: Unit) -> bool:
    return unit.stage not in POSTED_ONCE and not unit.is_gone


def _pieces(number: int) -> str:
    return "One more piece" if number == 1 else f"{number} more pieces"
