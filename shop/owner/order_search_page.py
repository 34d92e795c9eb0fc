"""Looking for an order by what somebody says. What is typed stands in no address and in no log."""

from http import HTTPStatus

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.fulfilment.order_search import search
from shop.owner.order_list import rows_of

blueprint = Blueprint("owner_order_search", __name__, url_prefix="/owner/orders/search")

LONGEST = 100


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """The form alone."""
    return render_template("owner/order_search.html", asked="", rows=None, more=False)


@blueprint.post("")
@require("owner")
def look() -> ResponseReturnValue:
    """The orders with what was typed."""
    asked = request.form.get("q", "").replace("\0", "")
    if not asked.strip() or len(asked) > LONGEST:
        problem = {"q": f"Please type something to look for, {LONGEST} characters at most."}
        shown = render_template(
            "owner/order_search.html", asked=asked[:LONGEST], rows=None, more=False, problems=problem
        )
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    with web.reading() as session:
        found = search(session, current_services().vault, asked)
        rows = rows_of(session, found.orders)
    return render_template("owner/order_search.html", asked=asked, rows=rows, more=found.more)
