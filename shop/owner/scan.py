"""Looking a unit up by the code on its ticket: scanned, typed, or opened by a telephone. It moves nothing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import web
from shop.accounts.access import require
from shop.fulfilment.ticket_codes import read_code
from shop.orders.models import Order, OrderLine
from shop.owner.work_queue import card_href

blueprint = Blueprint("owner_scan", __name__, url_prefix="/owner/bench/scan")

UNKNOWN: Final = "There is no piece with this code. A code looks like PM-7K3Q-2F-1."


@blueprint.get("")
@require("owner")
def look_up() -> ResponseReturnValue:
    """To the card of the unit that the code names, or to its order when only that was typed."""
    found = read_code(request.args.get("code", ""))
    to = _address(*found) if found else None
    if to is None:
        flash(UNKNOWN)
    return redirect(to or "/owner/bench", HTTPStatus.SEE_OTHER)


def _address(reference: str, number: int | None) -> str | None:
    with web.reading() as session:
        ids = session.scalars(
            select(OrderLine.id)
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.reference == reference, *([OrderLine.number == number] if number else []))
        ).all()
    if number and ids:
        return card_href(ids[0])
    return f"/owner/orders/{reference}" if ids else None
