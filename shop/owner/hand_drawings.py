"""Words drawn by hand: the owner puts the outline of each side on the order's page, and the buyer is told."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from shop import bench, web
from shop.accounts.access import require
from shop.container import current_services
from shop.engraving.by_hand import NotADrawing, read_drawing
from shop.orders import hand_drawings
from shop.orders.cutting import NOT_TO_BE_CUT
from shop.orders.lifecycle import UNPAID
from shop.orders.view import LineView
from shop.owner.order_page import opened

blueprint = Blueprint("owner_hand_drawings", __name__, url_prefix="/owner/orders")


@blueprint.post("/<reference>/lines/<int(max=2147483647):number>/drawing")
@require("owner")
def send(reference: str, number: int) -> ResponseReturnValue:
    """Send the buyer a drawing of one unit: an SVG for each side that has words."""
    order = opened(reference)
    line = next((line for line in order.lines if line.row.number == number and _is_drawn(line)), None)
    if line is None or order.state in UNPAID | NOT_TO_BE_CUT:
        abort(HTTPStatus.NOT_FOUND)
    try:
        sides = _read(line)
    except NotADrawing as problem:
        web.flash_refusal(f"Nothing was sent. {problem}")
    else:
        with web.transaction() as session:
            vault = current_services().vault
            hand_drawings.send(session, vault, order.row.id, number, sides, actor=g.account.email)
        flash("The drawing is on the buyer's page, and an e-mail says so.")
    return redirect(f"/owner/orders/{reference}#unit-{number}", HTTPStatus.SEE_OTHER)


def _is_drawn(line: LineView) -> bool:
    """Whether the owner may draw it: words that no face can set, or artwork that she would cut otherwise."""
    return line.by_hand or line.has_artwork


def _read(line: LineView) -> dict[str, str]:
    with web.reading() as session:
        tool = bench.current(session).tool
    found = {}
    for side in line.sides:
        file = request.files.get(f"side-{side.key}")
        if file is None or not file.filename:
            raise NotADrawing(f"There is no file for {side.label}.")
        try:
            found[side.key] = read_drawing(side, file.read(), tool)
        except NotADrawing as problem:
            raise NotADrawing(f"{side.label}: {problem}") from None
    return found
