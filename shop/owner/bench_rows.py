"""One unit that waits at the bench, as its lists show it, and where it is to be found."""

from collections.abc import Collection

from shop.frozen import frozen
from shop.fulfilment import parcels
from shop.fulfilment.queue import Queued
from shop.owner.due_days import due, late
from shop.web.dates import short_day


@frozen
class Row:
    """One unit that waits."""

    line_id: int
    wording: int
    """Which of its wordings the row stands for."""
    href: str
    reference: str
    about: str
    """Reference and number, for who cannot see where a button stands."""
    piece: str
    detail: str
    paid: str
    due: str
    """The day promised, if one was."""
    late: str
    """What is wrong with that, if anything is."""
    rests: str
    engraved: bool
    look: str
    """Where it is looked at, where that comes before the post; empty where it was, or is not asked for."""
    early: str
    """Where it is posted although its day has not come; empty where it may leave."""


def card_href(line_id: int) -> str:
    """The page of one unit at the bench."""
    return f"/owner/bench/units/{line_id}"


def early_href(reference: str) -> str:
    """Where what is packed of an order is posted before its day."""
    return f"/owner/orders/{reference}/early-posting"


def look_href(line_id: int) -> str:
    """Where a finished unit is looked at."""
    return f"{card_href(line_id)}#finished"


def row(one: Queued, not_looked_at: Collection[int] = ()) -> Row:
    """One unit; `not_looked_at` has the lines of those that must be, before they are posted."""
    place = f"{one.reference}, piece {one.number}"
    words = "" if one.engraved else ", no words"
    making = f", making {one.making}" if one.making > 1 else ""
    corrected = ", changed since it was ordered" if one.wording > 1 else ""
    return Row(
        line_id=one.line_id,
        href=card_href(one.line_id),
        wording=one.wording,
        reference=one.reference,
        about=place,
        piece=one.piece,
        detail=f"{one.metal}, {one.chain_inches} inch chain{words}{making}{corrected}",
        paid=f"paid {short_day(one.paid_at)}",
        due=due(one),
        late=late(one),
        rests=one.held or "",
        engraved=one.engraved,
        look=look_href(one.line_id) if one.line_id in not_looked_at else "",
        early="" if parcels.may_leave(one.post_from) else early_href(one.reference),
    )
