"""The day's manifest: every parcel that is handed over, for whoever takes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date

from shop.frozen import frozen
from shop.fulfilment.parcels import PostedParcel
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader


@frozen
class Sent:
    """A parcel, and its order's sealed contact; empty once that was erased."""

    posted: PostedParcel
    contact: Mapping[str, str] = field(repr=False)


def manifest(sent: Sequence[Sent], day: date, seller: Trader) -> Part:
    """The parcels of a day, in the order in which they were posted."""
    counted = Counter(one.posted.service for one in sent)
    return {
        "kind": "manifest",
        "items": [_row(one) for one in sent],
        "heading": f"Posted on {day:%-d %B %Y}",
        "sender": ", ".join((seller.name, *seller.address)),
        "services": [{"name": name, "parcels": _parcels(number)} for name, number in sorted(counted.items())],
    }


def _row(one: Sent) -> dict[str, object]:
    posted = one.posted
    return {
        "reference": posted.reference,
        "name": lines(one.contact.get("name")),
        "postcode": one.contact.get("postcode", ""),
        "service": posted.service.removeprefix("Royal Mail "),
        "pieces": str(posted.pieces),
        "tracking": posted.parcel.tracking or "",
    }


def _parcels(number: int) -> str:
    return "1 parcel" if number == 1 else f"{number} parcels"
