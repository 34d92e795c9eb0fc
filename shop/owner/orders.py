"""The owner's orders: what to make, with the words large enough to read at the bench."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import alerts, web
from shop.accounts.access import require
from shop.container import current_services
from shop.owner.order_list import order_list
from shop.owner.order_page import context, opened, sync_now
from shop.payments.review import undecided

blueprint = Blueprint("owner_orders", __name__, url_prefix="/owner")


@blueprint.get("/")
@require("owner")
def today() -> ResponseReturnValue:
    """Where the owner starts: with what needs a person, otherwise straight to the orders."""
    with web.reading() as session:
        start = "/owner/alerts" if alerts.count_open(session) else "/owner/orders"
    return redirect(start, HTTPStatus.SEE_OTHER)


@blueprint.get("/orders")
@require("owner")
def index() -> ResponseReturnValue:
    """The orders, newest first; unpaid ones only when asked for."""
    everything = request.args.get("all") == "1"
    with web.reading() as session:
        orders = order_list(session, unpaid=everything, before=request.args.get("before", ""))
        waiting = undecided(session, current_services())
    return render_template("owner/orders.html", orders=orders, everything=everything, waiting=waiting)


@blueprint.get("/orders/<reference>")
@require("owner")
def show(reference: str) -> ResponseReturnValue:
    """One order with everything needed to make and send it."""
    return render_template("owner/order.html", **context(reference))


@blueprint.post("/orders/<reference>/looks")
@require("owner")
def look(reference: str) -> ResponseReturnValue:
    """Ask Stripe how the order stands."""
    flash(sync_now(opened(reference).row.id) or "Stripe was asked; what you see is up to date.")
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)
