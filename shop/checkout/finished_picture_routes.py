"""/orders/<token>/finished-pieces: the photograph of the finished piece, for the buyer who asks for it."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.forms import ActionForm
from shop.checkout.order_routes import found_by, unlisted
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.fulfilment import finished_pictures
from shop.uploads import finished_photographs
from shop.uploads.kept_photographs import MIMETYPE

blueprint = Blueprint("finished_pictures", __name__)


@blueprint.post("/orders/<token>/finished-pieces")
def choose(token: str) -> ResponseReturnValue:
    """Keep whether the buyer wants to see it. Doing it twice is fine."""
    ActionForm()
    wanted = request.form.get("which") == "yes"
    try:
        with web.transaction() as session:
            order = found_by(session, token)
            finished_pictures.choose(session, current_services().vault, order.id, wanted=wanted)
    except OrderNotOpen:
        flash("The details of this order were erased, so no photograph can be kept with it.")
    else:
        flash("The photograph will be on this page." if wanted else "We show you no photograph.")
    return redirect(f"/orders/{token}#finished", HTTPStatus.SEE_OTHER)


@blueprint.get("/orders/<token>/finished-pieces/<int(max=2147483647):number>/<side>.jpg")
def picture(token: str, number: int, side: str) -> ResponseReturnValue:
    """The photograph of a side; 404 before it was looked at, unless it was asked for, and once erased."""
    vault = current_services().vault
    with web.reading() as session:
        order_id = found_by(session, token).id
        seen = (number, side) in finished_pictures.pictures(session, vault, order_id)
        found = finished_photographs.photograph_of(session, vault, order_id, number, side) if seen else None
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return unlisted(Response(found, content_type=MIMETYPE, headers={"Cache-Control": "private, no-store"}))
