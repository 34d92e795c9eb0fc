"""Address labels: where a parcel goes, and where it comes back to; outside it says nothing else of us."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from shop.paper.chosen import Chosen
from shop.paper.label_sheets import LabelSheet
from shop.paper.typesetting import Part
from shop.paper.written import lines
from shop.trader import Trader

OWN_COUNTRY: Final = "United Kingdom"


def labels(orders: Sequence[Chosen], seller: Trader, sheet: LabelSheet, start: int = 1) -> Part:
    """A label for each order, on this sheet from its label number `start` (from 1) on."""
    skipped = max(0, min(start, sheet.places) - 1)
    numbered = enumerate(orders, start=skipped)
    sheets = [
        [_label(one, seller, sheet, number % sheet.places) for number, one in of_sheet]
        for _, of_sheet in groupby(numbered, key=lambda pair: pair[0] // sheet.places)
    ]
    return {"kind": "labels", "sheet": _size(sheet), "sheets": sheets}


def _size(sheet: LabelSheet) -> dict[str, Any]:
    return {
        "page-width": sheet.page[0],
        "page-height": sheet.page[1],
        "width": sheet.label[0],
        "height": sheet.label[1],
        "pad": sheet.pad,
        "sizes": sheet.sizes,
    }


def _label(one: Chosen, seller: Trader, sheet: LabelSheet, number: int) -> dict[str, Any]:
    left, top = sheet.place(number)
    contact = one.order.contact or {}
    address = [contact.get(part) for part in ("name", "line1", "line2", "town", "postcode")]
    back = ", ".join(line for line in seller.address if line != OWN_COUNTRY)
    return {
        "left": left,
        "top": top,
        "lines": lines("\n".join(line for line in address if line)),
        "sender": f"Return to {back}",
        "reference": one.reference,
    }
