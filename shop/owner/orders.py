"""The owner's orders: what to make, with the words large enough to read at the bench."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import alerts, web
from shop.accounts.access import require
from shop.container import current_services
from shop.orders.lists import listed
from shop.orders.models import OrderLine
from shop.owner.order_page import TAGS, context, opened, sync_now
from shop.payments.review import undecided

blueprint = Blueprint("owner_orders", __name__, url_prefix="/owner")

MOST_ROWS = 100


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
    everything, before = request.args.get("all") == "1", request.args.get("before", "")
    with web.reading() as session:
        orders = listed(session, unpaid=everything, before=before, most=MOST_ROWS + 1)
        more, orders = len(orders) > MOST_ROWS, orders[:MOST_ROWS]
        pieces = _pieces(
            session.scalars(select(OrderLine).where(OrderLine.order_id.in_([o.id for o in orders]))).all()
        )
        waiting = undecided(session, current_services())
    return render_template(
        "owner/orders.html",
        orders=orders,
        pieces=pieces,
        tags=TAGS,
        everything=everything,
        waiting=waiting,
        before=before,
        more=more,
    )


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


def _pieces(lines: Sequence[OrderLine]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for line in lines:
        found.setdefault(line.order_id, []).append(line.piece_name)
    return found
