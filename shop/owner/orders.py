"""The owner's orders: what to make, with the words large enough to read at the bench."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.fulfilment.order_lists import OrderFilter
from shop.orders import saved_views
from shop.owner import order_file
from shop.owner.order_filter_form import OrderFilterForm, address, chosen
from shop.owner.order_list import order_list
from shop.owner.order_page import context, opened, sync_now
from shop.payments.review import undecided

blueprint = Blueprint("owner_orders", __name__, url_prefix="/owner")

FILE: Final = "/owner/orders.csv"


@blueprint.get("/orders")
@require("owner")
def index() -> ResponseReturnValue:
    """The orders that are wanted, newest first."""
    form = OrderFilterForm(request.args)
    sound = form.validate()
    wanted = form.wanted if sound else OrderFilter()
    with web.reading() as session:
        orders = order_list(session, wanted, before=request.args.get("before", "")) if sound else None
        waiting = undecided(session, current_services())
        views = saved_views.views(session)
    shown = render_template(
        "owner/orders.html",
        form=form,
        problems={field.id: field.errors[0] for field in form if field.errors},
        orders=orders,
        narrowed=bool(chosen(wanted)),
        choice=chosen(wanted),
        file=address(wanted, page=FILE),
        file_with_names=address(wanted, page=FILE, names="yes"),
        views=[(view, f"/owner/orders?{view.query}" if view.query else "/owner/orders") for view in views],
        waiting=waiting,
    )
    return shown if sound else (shown, HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.get("/orders.csv")
@require("owner")
def orders_file() -> ResponseReturnValue:
    """The same orders as a file, with nobody's name unless `names=yes` asks for them."""
    form, vault = OrderFilterForm(request.args), current_services().vault
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(chain.from_iterable(form.errors.values())))
    names = vault if request.args.get("names") == "yes" else None

    def rows() -> Iterator[str]:
        with web.reading() as session:
            yield from order_file.rows(session, form.wanted, names)

    response = Response(stream_with_context(rows()), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename="orders.csv")
    return response


@blueprint.post("/orders/views")
@require("owner")
def save_view() -> ResponseReturnValue:
    """Keep the choice that is shown under a name."""
    form = OrderFilterForm(request.form)
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with web.transaction() as session:
            name = saved_views.save(session, request.form.get("view", ""), urlencode(chosen(form.wanted)))
        flash(f"The view “{name}” is kept.")
    except saved_views.NoName:
        web.flash_refusal(f"Please give the view a name of {saved_views.LONGEST_NAME} characters at most.")
    return redirect(address(form.wanted), HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/views/<int(max=2147483647):number>/removal")
@require("owner")
def forget_view(number: int) -> ResponseReturnValue:
    """Keep a view no longer."""
    with web.transaction() as session:
        saved_views.forget(session, number)
    flash("The view is gone. The orders are as they were.")
    return redirect("/owner/orders", HTTPStatus.SEE_OTHER)


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
