"""/orders/<token>/emails: whether each step is told, or only that it is posted."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.forms import ActionForm
from shop.checkout.order_routes import found_by
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.orders import email_choice

blueprint = Blueprint("email_choice", __name__)


@blueprint.post("/orders/<token>/emails")
def choose(token: str) -> ResponseReturnValue:
    """Keep the buyer's choice. Doing it twice is fine."""
    ActionForm()
    few = request.form.get("which") == "few"
    try:
        with web.transaction() as session:
            order = found_by(session, token)
            email_choice.choose(session, current_services().vault, order.id, few=few)
    except OrderNotOpen:
        flash("The details of this order were erased, so no e-mail goes out any more.")
    else:
        flash("We write when it is posted, or if we need you." if few else "We write at each step.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)
