"""The number of one parcel, written down or mended on its order's page."""

from http import HTTPStatus

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.fulfilment import tracking_numbers
from shop.fulfilment.units import NotAllowed
from shop.owner.order_page import context, opened

blueprint = Blueprint("owner_tracking", __name__, url_prefix="/owner/orders/<reference>/parcels")


@blueprint.post("/<int(max=2147483647):number>/tracking")
@require("owner")
def track(reference: str, number: int) -> ResponseReturnValue:
    """Write down the number under which a parcel can be followed; none, when nothing is typed."""
    order, field = opened(reference).row, f"tracking-{number}"
    typed = request.form.get(field, "")
    try:
        with web.transaction() as session:
            shared, actor = f"shared-{number}" in request.form, g.account.email
            kept = tracking_numbers.write_down(session, order.id, number, typed, actor=actor, shared=shared)
    except tracking_numbers.WrongNumber as refused:
        shown = context(reference, problem=str(refused), at=field)
        ask = isinstance(refused, tracking_numbers.SameNumber)
        page = render_template("owner/order.html", **shown, typed_numbers={field: typed}, ask_shared=ask)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    else:
        flash("The tracking number is recorded." if kept else "It has no tracking number now.")
    return redirect(f"/owner/orders/{reference}#parcels", HTTPStatus.SEE_OTHER)
