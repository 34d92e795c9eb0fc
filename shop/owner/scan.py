"""Looking a unit up by the code on its ticket: scanned, typed, or opened by a telephone. It moves nothing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import web
from shop.accounts.access import require
from shop.fulfilment.ticket_codes import printed_wording, read_code
from shop.fulfilment.units import units_of
from shop.orders.models import Order, OrderLine
from shop.owner.bench_rows import card_href

blueprint = Blueprint("owner_scan", __name__, url_prefix="/owner/bench/scan")

OLD: Final = "This was changed after the ticket was printed: please print it anew, and work from this page."
UNKNOWN: Final = "There is no piece with this code. A code looks like PM-7K3Q-2F-1."


@blueprint.get("")
@require("owner")
def look_up() -> ResponseReturnValue:
    """To the card of the unit that the code names, or to its order when only that was typed."""
    text = request.args.get("code", "")
    found = read_code(text)
    to = _address(*found) if found else None
    if to is None:
        web.flash_refusal(UNKNOWN)
    elif found and _is_old(*found, printed_wording(text if "?" in text else request.full_path)):
        web.flash_refusal(OLD)
    return redirect(to or "/owner/bench", HTTPStatus.SEE_OTHER)


def _is_old(reference: str, number: int | None, printed: int | None) -> bool:
    """Whether the unit was changed since its ticket was printed."""
    with web.reading() as session:
        order_id = session.scalar(select(Order.id).where(Order.reference == reference)) or 0
        unit = units_of(session, order_id).get(number or 0)
    return unit is not None and printed not in {None, unit.wording}


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
