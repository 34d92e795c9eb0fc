"""Bench tickets: one for each unit, with what is cut, at true size, and never a dedication or a price."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

from shop import clock
from shop.engraving import Engraving
from shop.engraving.outlines import CutSide
from shop.fulfilment.parcel_corrections import NEEDED_BY
from shop.fulfilment.ticket_codes import ticket_address
from shop.orders.cutting import NotApprovedYet, NotAsApproved, outlines_as_approved
from shop.orders.order_summary import days_said
from shop.orders.view import LineView
from shop.paper.chosen import Chosen
from shop.paper.qr_codes import printed, qr_code
from shop.paper.true_scale import drawn
from shop.paper.typesetting import Part
from shop.paper.written import lines

AT_ONCE: Final = 2
"""Units whose outlines are made at the same time: GEOS, which takes most of it, holds up no other thread."""

Cut = tuple[Mapping[str, CutSide], str]
"""The outlines of a unit by its side, or none and why."""

WITH_WORDS: Final = ("Checked", "Engraved", "Looked at again", "Packed")
WITHOUT_WORDS: Final = ("Checked", "Packed")
NOT_APPROVED: Final = "Nothing to cut yet: the buyer has not approved the drawing."
CHANGED: Final = "Nothing to cut: the drawing is no longer the one that was approved."
CARD: Final = "With a dedication on the card."
GIFT: Final = "A gift to somebody else."

_FREE_MM: Final = 86.0
"""Of a ticket's height, what its words and drawings may share."""
_NOTE_MM: Final = 5.5
_BELOW_MM: Final = 16.0
"""Under a drawing: its name, the scale beside it."""


def tickets(orders: Sequence[Chosen], site_url: str) -> Part:
    """A ticket for each unit. `site_url`: where its code is looked up."""
    units = [(one, line) for one in orders for line in one.lines]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        cuts = pool.map(_cut, [line for _, line in units])
    items = [_ticket(one, line, cut, site_url) for (one, line), cut in zip(units, cuts, strict=True)]
    return {"kind": "tickets", "items": items}


def _ticket(one: Chosen, line: LineView, outlines: Cut, site_url: str) -> dict[str, Any]:
    row, unit = line.row, one.units[line.row.number]
    address = ticket_address(site_url, one.reference, row.number, unit.wording)
    cut, problem = outlines
    sides = [drawn(side) for side in cut.values()]
    artwork = [f"{where}: {said}" for where, said in line.artwork]
    notes = [note for note in (problem, *artwork, *_notes(one, line)) if note]
    return {
        "reference": one.reference,
        "piece": f"{row.number} of {len(one.order.lines)}: {row.piece_name}",
        "detail": f"{row.metal_name}, {row.chain_inches} inch chain",
        "facts": _facts(one, line),
        "qr": printed(qr_code(address), "The code of this ticket."),
        "notes": notes,
        "words": [{"place": place, "lines": lines(text)} for place, text in line.words_for_bench],
        "room": _room(sides, notes),
        "sides": sides,
        "steps": WITH_WORDS if row.engraved else WITHOUT_WORDS,
    }


def _room(sides: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> float:
    """How high the words may stand, in mm."""
    highest = max((side["height"] + _BELOW_MM for side in sides), default=0.0)
    return _FREE_MM - _NOTE_MM * len(notes) - highest


def _cut(line: LineView) -> Cut:
    if line.engraving is None:
        return {}, ""
    try:
        return outlines_as_approved(line), ""
    except NotApprovedYet:
        return {}, NOT_APPROVED
    except NotAsApproved:
        return {}, CHANGED


def _notes(one: Chosen, line: LineView) -> list[str]:
    unit = one.units[line.row.number]
    gift = one.order.gift or {}
    return [
        f"Making {unit.making}." if unit.making > 1 else "",
        f"Changed since it was ordered: this is version {unit.wording}." if unit.wording > 1 else "",
        _other_day(one),
        CARD if line.dedication else "",
        GIFT if gift.get("as_gift") else "",
    ]


def _other_day(one: Chosen) -> str:
    """What whoever made plans by the first ticket must know."""
    before = days_said(one.wishes_before, _short)
    return f"The days asked for were changed: it was to arrive {before}." if before else ""


def _short(day: date) -> str:
    return f"{day:%a %-d %b %Y}"


def _facts(one: Chosen, line: LineView) -> list[str]:
    engraving = line.engraving
    face = f"In {_lettering(engraving)}" if engraving and engraving.lines and not engraving.lettered else ""
    paid = clock.in_britain(one.units[line.row.number].paid_at)
    proof = f"Proof {line.proof_number}" if engraving and not line.by_hand else ""
    by = f"To be posted by {_short(one.posted_by)}" if one.posted_by else ""
    since, needed = one.order.row.post_from, one.order.wishes.get(NEEDED_BY)
    before = f"Not before {_short(since)}" if by and since else ""
    there = f"Needed by {_short(date.fromisoformat(needed))}" if needed else ""
    said = (by, before, there, face, f"{line.row.sku}, paid {paid:%-d %b %Y}", one.order.postage.name, proof)
    return [fact for fact in said if fact]


def _lettering(engraving: Engraving) -> str:
    return "a drawing by hand" if engraving.by_hand else engraving.lettering
