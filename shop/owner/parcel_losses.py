"""A parcel that is lost: what follows if it is made again, and then doing it."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.fulfilment import parcels, undelivered
from shop.fulfilment.units import NotAllowed
from shop.money import NotAnAmount, read_pounds
from shop.orders.view import OrderView
from shop.owner.order_page import opened

blueprint = Blueprint("owner_parcel_losses", __name__, url_prefix="/owner/orders/<reference>/parcels")

FIELD: Final = "cost"


@blueprint.get("/<int(max=2147483647):number>/loss")
@require("owner")
def look(reference: str, number: int) -> ResponseReturnValue:
    """What is made again if this parcel is lost, and who is told."""
    return _page(opened(reference), number)


@blueprint.post("/<int(max=2147483647):number>/loss")
@require("owner")
def lose(reference: str, number: int) -> ResponseReturnValue:
    """It is lost: what was in it is made again."""
    order, typed = opened(reference), request.form.get(FIELD, "").strip()
    try:
        cost = read_pounds(typed) if typed else None
        with web.transaction() as session:
            undelivered.lose(session, order.row.id, number, cost_pence=cost, actor=g.account.email)
    except NotAnAmount as refused:
        return _page(order, number, str(refused), typed)
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    else:
        flash("What was in it stands at the bench to be made again, and the buyer is told.")
    return redirect(f"/owner/orders/{reference}#parcels", HTTPStatus.SEE_OTHER)


def _page(order: OrderView, number: int, problem: str = "", typed: str = "") -> ResponseReturnValue:
    reference = order.row.reference
    with web.reading() as session:
        sent = parcels.parcels_of(session, order.row.id)
        parcel = next((one for one in sent if one.id == number), None) or abort(HTTPStatus.NOT_FOUND)
        inside = undelivered.in_parcel(session, order.row.id, number)
    if not inside:
        web.flash_refusal(undelivered.NOTHING)
        return redirect(f"/owner/orders/{reference}#parcels", HTTPStatus.SEE_OTHER)
    page = render_template(
        "owner/parcel_loss.html",
        order=order,
        parcel=parcel,
        pieces=[
            f"{line.row.number}. {line.row.piece_name}" for line in order.lines if line.row.number in inside
        ],
        problems={FIELD: problem} if problem else {},
        typed=typed,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
