"""Posting a parcel before the day that was promised: what that means first, then why."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.dedications.words import DedicationRefused
from shop.fulfilment import early_posting, parcels
from shop.fulfilment.units import NotAllowed
from shop.orders import notes
from shop.owner.order_page import opened
from shop.owner.parcels import say_posted

blueprint = Blueprint("owner_early_posting", __name__, url_prefix="/owner/orders/<reference>/early-posting")

FIELD: Final = "why"
NO_REASON: Final = "Please say in a few words why it leaves before that day."
MAY_LEAVE: Final = "It may be posted today: no day that was promised stands against it."


@blueprint.get("")
@require("owner")
def look(reference: str) -> ResponseReturnValue:
    """What would leave, and what was promised."""
    return _page(reference)


@blueprint.post("")
@require("owner")
def post(reference: str) -> ResponseReturnValue:
    """Post it all the same."""
    order, why = opened(reference).row, request.form.get(FIELD, "")
    try:
        with web.transaction() as session:
            early_posting.post(session, current_services().vault, order.id, why, actor=g.account.email)
    except notes.NothingWritten:
        return _page(reference, NO_REASON, why)
    except DedicationRefused as refused:
        return _page(reference, refused.message, why)
    except (NotAllowed, OrderNotOpen) as refused:
        web.flash_refusal(str(refused) or "The words of this order were erased, so no reason can be kept.")
    else:
        flash("It is posted, and why is kept as a note.")
        say_posted([reference])
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _page(reference: str, problem: str = "", why: str = "") -> ResponseReturnValue:
    order = opened(reference)
    with web.reading() as session:
        numbers = early_posting.packed(session, order.row.id)
    if not numbers or parcels.may_leave(order.row.post_from):
        web.flash_refusal(MAY_LEAVE if numbers else early_posting.NOT_PACKED)
        return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)
    page = render_template(
        "owner/early_posting.html",
        order=order,
        pieces=[
            f"{line.row.number}. {line.row.piece_name}" for line in order.lines if line.row.number in numbers
        ],
        problems={FIELD: problem} if problem else {},
        typed=why,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
