"""Packing slips: who the parcel is from, the message, what is inside, and never a price."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop.fulfilment.models import Unit
from shop.fulfilment.stages import POSTED_ONCE
from shop.orders.models import OrderLine
from shop.paper.chosen import Chosen
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader


def slips(orders: Sequence[Chosen], seller: Trader) -> Part:
    """A slip for each order, for those of its units that were chosen."""
    return {"kind": "slips", "items": [_slip(one, seller) for one in orders]}


def _slip(one: Chosen, seller: Trader) -> dict[str, Any]:
    contact, gift = one.order.contact or {}, one.order.gift or {}
    return {
        "seller": seller.name,
        "for": lines(contact.get("name")),
        "from": lines(f"A gift from {contact['buyer_name']}" if _is_from(contact, gift) else ""),
        "message": lines(gift.get("message")),
        "pieces": [_piece(line.row) for line in one.lines],
        "later": _later(one),
        "given": _given(one, gift),
        "help": _help(one.reference, seller),
    }


def _given(one: Chosen, gift: Mapping[str, Any]) -> str:
    """What the order gives; nothing on a gift's slip, which names no sum."""
    is_said = one.order.given_pence and not gift.get("as_gift")
    return one.order.row.donation_statement or "" if is_said else ""


def _help(reference: str, seller: Trader) -> str:
    return (
        f"From {seller.name}, {', '.join(seller.address)}. If something is not right, please write to "
        f"{seller.email} and say {reference}."
    )


def _piece(row: OrderLine) -> dict[str, str]:
    engraved = ", engraved" if row.engraved else ""
    return {"name": row.piece_name, "detail": f"{row.metal_name}, {row.chain_inches} inch chain{engraved}"}


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
