"""The day's manifest: every parcel that is handed over, for whoever takes them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shop.catalogue.postage import SERVICES
from shop.fulfilment.models import Parcel
from shop.orders.view import OrderView
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader


@dataclass(frozen=True)
class Sent:
    """A parcel, the order it belongs to, and how many pieces are in it."""

    parcel: Parcel
    order: OrderView
    pieces: int


def manifest(sent: Sequence[Sent], day: date, seller: Trader) -> Part:
    """The parcels of a day, in the order in which they were posted."""
    counted = Counter(SERVICES[one.parcel.service].name for one in sent)
    return {
        "kind": "manifest",
        "items": [_row(one) for one in sent],
        "heading": f"Posted on {day:%-d %B %Y}",
        "sender": ", ".join((seller.name, *seller.address)),
        "services": [{"name": name, "parcels": _parcels(number)} for name, number in sorted(counted.items())],
    }


def _row(one: Sent) -> dict[str, object]:
    contact = one.order.contact or {}
    return {
        "reference": one.order.row.reference,
        "name": lines(contact.get("name")),
        "postcode": str(contact.get("postcode", "")),
        "service": SERVICES[one.parcel.service].name.removeprefix("Royal Mail "),
        "pieces": str(one.pieces),
        "tracking": one.parcel.tracking or "",
    }


def _parcels(number: int) -> str:
    return "1 parcel" if number == 1 else f"{number} parcels"
