"""The section of a unit's card in which a finished piece is held against what was approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from shop.container import current_services
from shop.engraving import Area
from shop.engraving.areas import is_ring
from shop.fulfilment import finished_looks
from shop.fulfilment.models import LookKind
from shop.fulfilment.stages import Remake, Stage
from shop.inspection.close_ups import IMAGE
from shop.inspection.inspection import BY_EYE, NOT_PROVEN, Verdict
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


@dataclass(frozen=True)
class SideShown:
    """One side: its photograph, if there is one of this making, and what it was found to show."""

    key: str
    label: str
    by_eye: bool
    drawing: str = field(repr=False)
    href: str
    """Of the photograph; empty where there is none."""
    verdict: str
    notes: Sequence[str]
    close_ups: Sequence[Mapping[str, str]] = field(repr=False)
    letters: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
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
    found = finished_photographs.found_on(
        session, current_services().vault, line.row.order_id, line.row.number
    )
    look = finished_looks.standing(session, line.row.order_id).get(line.row.number)
    drawings = {side.label: side.drawing for side in ticket.sides}
    place = f"/owner/bench/units/{line.row.id}"
    shown = [
        _side(area, drawings.get(area.label, ""), _of_making(found.get(area.key), unit.making), place)
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
        stops_posting=due and unit.stage is Stage.PACKED,
        remakes=unit.remakes,
    )


_SAID: Final = {
    LookKind.AS_APPROVED: "It was looked at and is as approved",
    LookKind.NOT_LOOKED_AT: "It goes without a look",
}


def _of_making(found: dict[str, Any] | None, making: int) -> dict[str, Any] | None:
    """What an earlier making of it showed is of no use any more."""
    return found if found and found["making"] == making else None


def _side(area: Area, drawing: str, found: dict[str, Any] | None, place: str) -> SideShown:
    said = found or {"verdict": "", "notes": (), "close_ups": (), "letters": ()}
    return SideShown(
        area.key,
        area.label,
        is_ring(area),
        drawing,
        f"{place}/photographs/{area.key}.jpg" if found else "",
        VERDICTS.get(said["verdict"], ""),
        said["notes"],
        said["close_ups"],
        said["letters"],
    )
