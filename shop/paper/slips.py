"""Packing slips: who the parcel is from, the message, what is inside, and never a price."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop.fulfilment.models import Unit
from shop.fulfilment.stages import POSTED_ONCE
from shop.orders.models import OrderLine
from shop.orders.slip_words import slip_words
from shop.paper.chosen import Chosen
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader


def slips(orders: Sequence[Chosen], seller: Trader) -> Part:
    """A slip for each order, for those of its units that were chosen."""
    return {"kind": "slips", "items": [_slip(one, seller) for one in orders]}


def _slip(one: Chosen, seller: Trader) -> dict[str, Any]:
    gift = one.order.gift or {}
    is_gift = bool(gift.get("as_gift"))
    words = slip_words(one.order.contact or {}, as_gift=is_gift, message=gift.get("message"))
    return {
        "seller": seller.name,
        "for": lines(words.for_whom),
        "from": lines(words.from_whom and f"A gift from {words.from_whom}"),
        "message": lines(words.message),
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
