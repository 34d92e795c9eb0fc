"""Artwork from a photograph: the owner holds its outline against the photograph, and accepts it."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, g, redirect
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.orders import hand_drawings
from shop.orders.cutting import NOT_TO_BE_CUT
from shop.orders.hand_drawings import NotWaiting
from shop.orders.lifecycle import UNPAID
from shop.orders.view import LineView
from shop.owner.order_page import opened
from shop.uploads import order_photographs

blueprint = Blueprint("owner_artwork", __name__, url_prefix="/owner/orders")

LINE = "/<reference>/lines/<int(max=2147483647):number>"


@blueprint.post(f"{LINE}/artwork")
@require("owner")
def accept(reference: str, number: int) -> ResponseReturnValue:
    """Have the artwork of a unit cut as it was bought."""
    order = opened(reference)
    _with_artwork(reference, number)
    if order.state in UNPAID | NOT_TO_BE_CUT:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with web.transaction() as session:
            hand_drawings.accept(session, order.row.id, number, actor=g.account.email)
    except NotWaiting:
        flash("It was looked at already.")
    else:
        flash("It is cut as it was bought.")
    return redirect(f"/owner/orders/{reference}#unit-{number}", HTTPStatus.SEE_OTHER)


@blueprint.get(f"{LINE}/photographs/<upload>.jpg")
@require("owner")
def photograph(reference: str, number: int, upload: str) -> ResponseReturnValue:
    """The photograph that the artwork of a unit is from; 404 once it is erased."""
    line = _with_artwork(reference, number)
    with web.reading() as session:
        vault = current_services().vault
        found = order_photographs.photograph_of(session, vault, line.row.order_id, number, upload)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(found, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _with_artwork(reference: str, number: int) -> LineView:
    lines = opened(reference).lines
    line = next((line for line in lines if line.row.number == number and line.has_artwork), None)
    if line is None:
        abort(HTTPStatus.NOT_FOUND)
    return line
