"""/back-in-stock/<token>: whoever asked to be told takes it back, and the address is forgotten."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue.page_cache import shown
from shop.checkout.forms import ActionForm
from shop.container import current_services
from shop.restock import waiting

blueprint = Blueprint("stock_request", __name__, url_prefix="/back-in-stock/<token>")


@blueprint.after_request
def keep_it_private(response: Response) -> Response:
    """Whoever has the address can take it back."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("")
def show(token: str) -> ResponseReturnValue:
    """What is waited for, and the button; once nothing is, that."""
    with web.reading() as session:
        row = waiting.asked_by(session, token)
    found = shown().catalogue.find(row.variant_id) if row else None
    return render_template("checkout/stock_request.html", token=token, waits=row is not None, found=found)


@blueprint.post("")
def take_back(token: str) -> ResponseReturnValue:
    """Forget the address. Doing it twice is fine."""
    ActionForm()
    with web.transaction() as session:
        waiting.take_back(session, current_services().vault, token)
    return redirect(f"/back-in-stock/{token}", HTTPStatus.SEE_OTHER)
