"""A question to the buyer, asked from the order's page while a unit rests."""

from http import HTTPStatus

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.dedications.words import DedicationRefused
from shop.fulfilment import questions
from shop.fulfilment.units import NotAllowed
from shop.owner.order_page import context, opened

blueprint = Blueprint("owner_questions", __name__, url_prefix="/owner/orders/<reference>/lines")


@blueprint.post("/<int(max=2147483647):number>/questions")
@require("owner")
def ask(reference: str, number: int) -> ResponseReturnValue:
    """Put a unit on hold with a question."""
    order, field = opened(reference), f"question-{number}"
    words = request.form.get(field, "")
    try:
        with web.transaction() as session:
            vault = current_services().vault
            questions.ask(session, vault, order.row.id, number, words, actor=g.account.email)
    except (questions.NothingWritten, DedicationRefused) as refused:
        shown = context(reference, problem=str(refused), at=field)
        page = render_template("owner/order.html", **shown, asked={field: words})
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    except OrderNotOpen:
        web.flash_refusal("The words of this order were erased, so nobody can be asked about it any more.")
    else:
        flash(f"Piece {number} rests until the question is answered. The buyer gets an e-mail.")
    return redirect(f"/owner/orders/{reference}#unit-{number}", HTTPStatus.SEE_OTHER)
