"""The owner's own notes on an order's page."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.dedications.vault import OrderNotOpen
from shop.dedications.words import DedicationRefused
from shop.orders import notes
from shop.owner.order_page import context, opened

blueprint = Blueprint("owner_order_notes", __name__, url_prefix="/owner/orders/<reference>/notes")

FIELD: Final = "note"


@blueprint.post("")
@require("owner")
def write(reference: str) -> ResponseReturnValue:
    """Keep a note about the order."""
    order, words = opened(reference), request.form.get(FIELD, "")
    try:
        with web.transaction() as session:
            notes.write(session, current_services().vault, order.row.id, words, actor=g.account.email)
    except notes.NothingWritten:
        return _again(reference, "Please write something down first.", words)
    except DedicationRefused as refused:
        return _again(reference, refused.message, words)
    except OrderNotOpen:
        web.flash_refusal("The words of this order were erased, so nothing is recorded about it any more.")
        return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)
    flash("The note is kept.")
    return redirect(f"/owner/orders/{reference}#notes", HTTPStatus.SEE_OTHER)


def _again(reference: str, problem: str, words: str) -> ResponseReturnValue:
    shown = context(reference, problem=problem, at=FIELD)
    return render_template("owner/order.html", **shown, typed=words), HTTPStatus.UNPROCESSABLE_ENTITY
