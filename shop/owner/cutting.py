"""Files for the cutter: one side of one unit, exactly as it was approved."""

from http import HTTPStatus

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import bench, web
from shop.accounts.access import require
from shop.alerts import AlertKind
from shop.container import current_services
from shop.engraving.outlines import CutSide
from shop.engraving.writers import FORMATS
from shop.fulfilment import units
from shop.fulfilment.units import NotAllowed
from shop.orders.cutting import NotApprovedYet, NotAsApproved, cut_as_approved, tell_owner
from shop.orders.models import Order, OrderLine
from shop.orders.view import view

blueprint = Blueprint("owner_cutting", __name__, url_prefix="/owner/orders")

CHANGED = (
    "The drawing is no longer the one that was approved, so this file would not be either. "
    "Please have the words looked at again before anything is cut."
)
NOT_AS_DRAWN = (
    "What a machine would cut is not what the drawing shows, so there is no file. "
    "Please cut these letters by hand from the proof, or write to the buyer first."
)
NOT_APPROVED_YET = "The buyer has not approved the drawing of these words, so there is nothing to cut yet."
NOT_YET = "Its drawing is not approved yet."
NOT_TO_BE_MADE = "Nothing of this piece is to be made: its money is not here, went back, or is in question."
SAID = {AlertKind.CUT_CHANGED: CHANGED, AlertKind.CUT_DIFFERS: NOT_AS_DRAWN}


@blueprint.get("/<reference>/lines/<int(max=2147483647):number>/<side>.<kind>")
@require("owner")
def file(reference: str, number: int, side: str, kind: str) -> ResponseReturnValue:
    """The side as a file to save; 409 when it would not be what the buyer approved."""
    form, cut = FORMATS.get(kind), _side(reference, number, side)
    if form is None or cut is None:
        abort(HTTPStatus.NOT_FOUND)
    name = f"{reference}-{number}-{side}.{form.suffix}"  # found above, so plain; and no word is in it
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    with web.reading() as session:
        jig = bench.current(session).jig
    return Response(form.write(cut, jig), mimetype=form.media_type, headers=headers)


def _side(reference: str, number: int, side: str) -> CutSide | None:
    with web.reading() as session:
        order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
        if order is None:
            return None
        to_be_made = units.is_to_be_made(session, order, number)
        opened = view(session, current_services().vault, order)
    line = next((line for line in opened.lines if line.row.number == number), None)
    if line is None or line.engraving is None or side not in {area.key for area in line.sides}:
        return None
    if not to_be_made:
        abort(HTTPStatus.CONFLICT, NOT_TO_BE_MADE)
    try:
        return cut_as_approved(line)[side]
    except NotApprovedYet:
        abort(HTTPStatus.CONFLICT, NOT_APPROVED_YET)
    except NotAsApproved as problem:
        with web.transaction() as session:
            tell_owner(session, reference, number, problem)
        abort(HTTPStatus.CONFLICT, SAID[problem.kind])


def refuse_unless_as_approved(line: OrderLine) -> None:
    """Engraving begins with what was approved, or not at all. Raises NotAllowed."""
    services = current_services()
    with web.reading() as session:
        opened = view(session, services.vault, session.get_one(Order, line.order_id))
    unit = next(one for one in opened.lines if one.row.number == line.number)
    try:
        cut_as_approved(unit)
    except NotApprovedYet:
        raise NotAllowed(NOT_YET) from None
    except NotAsApproved as found:
        raise NotAllowed(found.why) from None


def seen_wording(field: str) -> int:
    """Which wording was in sight, as the form says; 0, which no unit has, when it says none."""
    return web.number_in(field) or 0
