"""/orders/<token>: her order, whenever she wants to look. The link is the key: unguessable, revocable."""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import snapshot
from shop.checkout.forms import ActionForm
from shop.checkout.show import ordered_shown
from shop.checkout.timeline import steps
from shop.orders import wall
from shop.orders.converge import Services
from shop.orders.lifecycle import by_token
from shop.orders.view import view

blueprint = Blueprint("orders", __name__)

UNKNOWN = (
    "This link opens no order. It may have lost a letter on its way, or a newer one has taken its place."
)


@blueprint.get("/orders/<token>")
def show(token: str) -> ResponseReturnValue:
    """The order behind a link; 404 when the link is unknown or was revoked."""
    services = web.wired(Services)
    with web.reading() as session:
        order = by_token(session, token)
        if order is None:
            abort(HTTPStatus.NOT_FOUND, UNKNOWN)
        opened = view(session, services.vault, order)
        catalogue = snapshot.load(session)
    page = make_response(
        render_template(
            "checkout/order.html",
            order=opened,
            lines=ordered_shown(catalogue, opened.lines),
            steps=steps(opened),
            token=token,
        )
    )
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@blueprint.post("/orders/<token>/wall/<int(max=2147483647):number>/withdrawal")
def withdraw(token: str, number: int) -> ResponseReturnValue:
    """Take a dedication off the wall for good. Doing it twice is fine."""
    ActionForm()
    vault = web.wired(Services).vault
    with web.transaction() as session:
        order = by_token(session, token)
        if order is None or not wall.withdraw(session, vault, order.id, number):
            abort(HTTPStatus.NOT_FOUND, UNKNOWN)
    web.database().forget_deleted()
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)
