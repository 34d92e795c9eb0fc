"""The section of a unit's card in which a finished piece is held against what was approved."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from sqlalchemy.orm import Session

from shop.container import current_services
from shop.engraving import Area
from shop.engraving.areas import is_ring
from shop.frozen import frozen
from shop.fulfilment import finished_looks, finished_pictures
from shop.fulfilment.models import LookKind
from shop.fulfilment.stages import Remake, Stage
from shop.inspection.close_ups import IMAGE
from shop.inspection.inspection import BY_EYE, NOT_PROVEN, Verdict
from shop.inspection.several_photographs import together
from shop.orders.approved_sides import cut_areas
from shop.orders.view import LineView
from shop.owner.bench_tickets import BenchTicket
from shop.uploads import finished_photographs
from shop.web.dates import minute

VERDICTS: Final[Mapping[str, str]] = {
    Verdict.AS_APPROVED: "On the photograph every letter is as approved.",
    Verdict.DIFFERS: "On the photograph something differs from what was approved.",
    Verdict.NOT_SEEN: "It cannot be told from this photograph.",
}

TOGETHER: Final[Mapping[str, str]] = {
    Verdict.AS_APPROVED: "On the photographs together every letter is as approved.",
    Verdict.DIFFERS: "On one of the photographs something differs from what was approved.",
    Verdict.NOT_SEEN: "It cannot be told from these photographs together.",
}


@frozen
class PhotographShown:
    """One photograph of this making, and what it was found to show."""

    href: str
    name: str
    """Empty where it is the only one of its side."""
    verdict: str
    notes: Sequence[str]
    close_ups: Sequence[Mapping[str, str]] = field(repr=False)
    letters: Sequence[str] = field(repr=False)


@frozen
class SideShown:
    """One side: its photographs, if there are any of this making."""

    key: str
    label: str
    by_eye: bool
    drawing: str = field(repr=False)
    photographs: Sequence[PhotographShown]
    together: str
    """What several of them say together; empty where there are not several."""


@frozen
class FinishedShown:
    """What is to be looked at, and how that stands."""

    place: str
    """The address of the card, under which its forms are."""
    sides: Sequence[SideShown]
    said: str
    """Who looked at it, or said that it goes without; empty where nobody did."""
    wording: int
    making: int
    may_go_without: bool
    wanted: bool
    """Whether the buyer asked to see its photograph."""
    stops_posting: bool
    """Whether it is packed, and nobody has looked at it."""
    remakes: Sequence[Remake]
    by_eye: str = BY_EYE
    not_proven: str = NOT_PROVEN
    image: int = IMAGE


def finished_shown(
    session: Session, line: LineView, ticket: BenchTicket, *, look_first: bool
) -> FinishedShown | None:
    """The section of a unit; None where it has no words, or is not at a stage for it."""
    unit = ticket.unit
    if unit is None or not unit.worked_on or unit.stage not in finished_looks.AT_STAGES or unit.held:
        return None
    if not (sides := cut_areas(line)):
        return None
    vault = current_services().vault
    found = finished_photographs.found_on(session, vault, line.row.order_id, line.row.number)
    look = finished_looks.standing(session, line.row.order_id).get(line.row.number)
    drawings = {side.label: side.drawing for side in ticket.sides}
    place = f"/owner/bench/units/{line.row.id}"
    shown = [
        _side(
            area,
            drawings.get(area.label, ""),
            finished_photographs.of_side(found, area.key, unit.making),
            place,
        )
        for area in sides
    ]
    said = f"{_SAID[LookKind(look.kind)]} ({look.actor}, {minute(look.at)})" if look else ""
    due = look_first and look is None
    return FinishedShown(
        place,
        shown,
        said,
        unit.wording,
        unit.making,
        may_go_without=due and unit.stage in {Stage.INSPECTED, Stage.PACKED},
        wanted=finished_pictures.is_wanted(session, vault, line.row.order_id),
        stops_posting=due and unit.stage is Stage.PACKED,
        remakes=unit.remakes,
    )


_SAID: Final = {
    LookKind.AS_APPROVED: "It was looked at and is as approved",
    LookKind.NOT_LOOKED_AT: "It goes without a look",
}


def _side(area: Area, drawing: str, found: Mapping[str, dict[str, Any]], place: str) -> SideShown:
    several = len(found) > 1
    photographs = [
        PhotographShown(
            f"{place}/photographs/{name}.jpg",
            f" {at}" if several else "",
            VERDICTS[one["verdict"]],
            one["notes"],
            one["close_ups"],
            one["letters"],
        )
        for at, (name, one) in enumerate(found.items(), 1)
    ]
    said = TOGETHER[together([*found.values()])] if several else ""
    return SideShown(area.key, area.label, is_ring(area), drawing, photographs, said)
