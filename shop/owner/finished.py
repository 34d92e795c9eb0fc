"""A finished piece before it is posted: photographed, held against what was approved, and looked at."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.artwork.refusals import NotTraced
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.dedications.words import DedicationRefused
from shop.engraving.areas import is_ring
from shop.fulfilment import finished_looks, units
from shop.fulfilment.units import NotAllowed
from shop.inspection.approved import ApprovedSide
from shop.inspection.close_ups import close_ups
from shop.inspection.inspection import Inspection, inspect
from shop.inspection.several_photographs import letters_seen, together
from shop.orders import notes
from shop.orders.approved_sides import approved_side, cut_areas
from shop.orders.cutting import NotApprovedYet, NotAsApproved
from shop.orders.models import Order, OrderLine
from shop.orders.view import LineView, view
from shop.owner import bench_card
from shop.uploads import finished_photographs
from shop.uploads.kept_photographs import MIMETYPE, kept_photograph
from shop.web.setup import MAX_PHOTOGRAPH_REQUEST_BYTES

blueprint = Blueprint("owner_finished", __name__, url_prefix="/owner/bench/units")

UNIT: Final = "/<int(max=2147483647):number>"
NONE_CHOSEN: Final = "Please choose the photograph."
ENOUGH: Final = (
    f"There are {finished_photographs.MOST} of this side already. Please begin anew with this one."
)
NO_SUCH_SIDE: Final = "Please choose one of the sides that are engraved."
NOT_APPROVED: Final = (
    "Its drawing is not approved, or no longer the one that was, so there is nothing to hold it against."
)
PHOTOGRAPH_FIRST: Final = "Please photograph each side first, and tick each that is looked at by eye."
NO_REASON: Final = "Please say in a few words why it is posted without that look."
ERASED: Final = "The words of this order were erased, so nothing can be kept with them."


@blueprint.url_value_preprocessor
def allow_photographs(*_: object) -> None:
    """A form here carries a photograph."""
    request.max_content_length = MAX_PHOTOGRAPH_REQUEST_BYTES


@blueprint.post(f"{UNIT}/photographs")
@require("owner")
def send(number: int) -> ResponseReturnValue:
    """Hold a photograph of a side against what was approved, and keep it."""
    line, making = _unit(number)
    key = request.form.get("side", "")
    file = request.files.get("photograph")
    sent = file.read() if file is not None else b""
    if key not in {area.key for area in cut_areas(line) if not is_ring(area)}:
        web.flash_refusal(NO_SUCH_SIDE)
        return _back(number)
    if not sent:
        return _page(number, {_field(key): NONE_CHOSEN})
    try:
        side = approved_side(line, key)
        found, kept = (inspect(sent, side), kept_photograph(sent)) if side else (None, None)
    except (NotAsApproved, NotApprovedYet):
        return _page(number, {_field(key): NOT_APPROVED})
    except NotTraced as refused:
        return _page(number, {_field(key): str(refused)})
    if side is None or found is None or kept is None:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with web.transaction() as session:
            about = (line.row.order_id, line.row.number, key)
            vault = current_services().vault
            more, said = request.form.get("one-more") == "yes", _said(side, found, making)
            finished_photographs.keep(session, vault, about, kept.jpeg, said, one_more=more)
    except finished_photographs.Enough:
        return _page(number, {_field(key): ENOUGH})
    except OrderNotOpen:
        web.flash_refusal(ERASED)
    return redirect(f"/owner/bench/units/{number}#finished-{key}", HTTPStatus.SEE_OTHER)


@blueprint.get(f"{UNIT}/photographs/<side>.jpg")
@require("owner")
def photograph(number: int, side: str) -> ResponseReturnValue:
    """The photograph of a side; 404 once it is erased."""
    with web.reading() as session:
        line = session.get(OrderLine, number) or abort(HTTPStatus.NOT_FOUND)
        found = finished_photographs.photograph_of(
            session, current_services().vault, line.order_id, line.number, side
        )
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(found, content_type=MIMETYPE, headers={"Cache-Control": "private, no-store"})


@blueprint.get(f"{UNIT}/photographs")
@blueprint.get(f"{UNIT}/look")
@blueprint.get(f"{UNIT}/look/without")
@require("owner")
def back(number: int) -> ResponseReturnValue:
    """A reload of a refused form's address leads to the card."""
    return _back(number)


@blueprint.post(f"{UNIT}/look")
@require("owner")
def look(number: int) -> ResponseReturnValue:
    """Say that the finished piece is as approved: the owner's own look."""
    line, making = _unit(number)
    with web.reading() as session:
        order_id, piece = line.row.order_id, line.row.number
        found = finished_photographs.found_on(session, current_services().vault, order_id, piece)
    of_side = finished_photographs.of_side
    aid = _aid(
        line, {side.key: together([*of_side(found, side.key, making).values()]) for side in cut_areas(line)}
    )
    if aid is None:
        return _page(number, {"look": PHOTOGRAPH_FIRST})
    try:
        with web.transaction() as session:
            seen = web.number_in("wording") or 0, web.number_in("making") or 0
            finished_looks.look(
                session, order_id, piece, actor=g.account.email, wording=seen[0], making=seen[1], aid=aid
            )
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    else:
        flash("It is as approved: written down with your name.")
    return _back(number)


@blueprint.post(f"{UNIT}/look/without")
@require("owner")
def go_without(number: int) -> ResponseReturnValue:
    """Have it posted without that look, and say why."""
    line, _ = _unit(number)
    why = request.form.get("why", "")
    try:
        with web.transaction() as session:
            finished_looks.go_without(
                session,
                current_services().vault,
                line.row.order_id,
                line.row.number,
                why,
                actor=g.account.email,
            )
    except notes.NothingWritten:
        return _page(number, {"why": NO_REASON})
    except DedicationRefused as refused:
        return _page(number, {"why": refused.message})
    except (NotAllowed, OrderNotOpen) as refused:
        web.flash_refusal(str(refused) if isinstance(refused, NotAllowed) else ERASED)
    else:
        flash("It may be posted without a look, and why is kept as a note.")
    return _back(number)


def _said(side: ApprovedSide, found: Inspection, making: int) -> dict[str, Any]:
    """What is kept of it beside the photograph."""
    return {
        "making": making,
        "verdict": found.verdict.value,
        "notes": [*found.notes, *([found.cannot_judge] if found.cannot_judge else [])],
        "letters": [one.said for one in found.findings],
        "seen": letters_seen(found),
        "close_ups": close_ups(side, found),
    }


def _aid(line: LineView, verdicts: dict[str, str]) -> str | None:
    """What the photographs show, side by side; None where one is missing and the side was not ticked."""
    ticked, said = request.form.getlist("by-eye"), []
    for area in cut_areas(line):
        by_eye = is_ring(area) and area.key in ticked
        if not verdicts[area.key] and not by_eye:
            return None
        said.append(f"{area.key}: {'by eye' if by_eye else verdicts[area.key]}")
    return ", ".join(said) or None


def _unit(number: int) -> tuple[LineView, int]:
    """The unit whose line has this id, and which making of it is at the bench."""
    with web.reading() as session:
        row = session.get(OrderLine, number) or abort(HTTPStatus.NOT_FOUND)
        opened = view(session, current_services().vault, session.get_one(Order, row.order_id))
        unit = units.units_of(session, row.order_id).get(row.number)
    line = next(one for one in opened.lines if one.row.number == row.number)
    return line, unit.making if unit else 0


def _field(key: str) -> str:
    return f"photograph-{key}"


def _page(number: int, problems: dict[str, str]) -> ResponseReturnValue:
    return bench_card.page(
        number, problems, typed=request.form.get("why", "")
    ), HTTPStatus.UNPROCESSABLE_ENTITY


def _back(number: int) -> ResponseReturnValue:
    return redirect(f"/owner/bench/units/{number}#finished", HTTPStatus.SEE_OTHER)
