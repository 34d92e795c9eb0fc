"""/orders/<token>: her order, whenever she wants to look. The link is the key: unguessable, revocable."""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import snapshot
from shop.checkout.show import ordered_shown
from shop.checkout.timeline import steps
from shop.orders.converge import Services
from shop.orders.lifecycle import by_token
from shop.orders.view import view

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders/<token>")
def show(token: str) -> ResponseReturnValue:
    """The order behind a link; 404 when the link is unknown or was revoked."""
    services = web.wired(Services)
    with web.reading() as session:
        order = by_token(session, token)
        if order is None:
            abort(
                HTTPStatus.NOT_FOUND,
                "This link opens no order. Please use the one in our latest letter to you.",
            )
        opened = view(session, services.vault, order)
        catalogue = snapshot.load(session)
    page = make_response(
        render_template(
            "checkout/order.html",
            order=opened,
            lines=ordered_shown(catalogue, opened.lines),
            steps=steps(opened),
        )
    )
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
