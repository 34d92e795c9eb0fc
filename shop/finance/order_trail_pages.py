"""/finance/money/orders: one order's money from payment to payout to gift, by its reference alone."""

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts.access import require
from shop.bookkeeping.order_trail import trail
from shop.container import current_services
from shop.finance.money_rows import move_row, payout_row
from shop.finance.order_trail_rows import entry_row, gift_row, gift_said, stand
from shop.text.typed_text import kept_code

blueprint = Blueprint("finance_order_trail", __name__, url_prefix="/finance/money/orders")

HERE: Final = "/finance/money/orders"
REFERENCE: Final = re.compile(r"((?:PM|OS)-?)?([2-9A-Z]{4})-?([2-9A-Z]{2})", re.ASCII)
UNKNOWN: Final = "There is no order with this reference in these books."


class ReferenceForm(web.Form):
    """Which order."""

    class Meta:
        """A search changes nothing, so it needs no token."""

        csrf = False

    reference = StringField("Reference of an order")

    def validate_reference(self, field: StringField) -> None:
        """As it is read aloud: PM-7K3Q-2F, with or without its marks."""
        field.data = _read(field.data or "")
        if not field.data:
            raise ValidationError("Please enter a reference such as PM-7K3Q-2F.")


@blueprint.get("")
@require("finance", "owner")
def search() -> ResponseReturnValue:
    """Whose reference is typed."""
    form = ReferenceForm(request.args)
    if "reference" not in request.args:
        return render_template("finance/order_trail.html", form=ReferenceForm(), trail=None)
    typed = request.args["reference"]
    if not form.validate():
        form.reference.data = typed
        page = render_template("finance/order_trail.html", form=form, trail=None)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(f"{HERE}/{form.reference.data}", HTTPStatus.SEE_OTHER)


@blueprint.get("/<reference>")
@require("finance", "owner")
def show(reference: str) -> ResponseReturnValue:
    """One order's money."""
    with web.reading() as session:
        found = trail(session, current_services(), reference)
    form = ReferenceForm(data={"reference": reference})
    if found is None:
        form.reference.errors = [UNKNOWN]
        return render_template("finance/order_trail.html", form=form, trail=None), HTTPStatus.NOT_FOUND
    return render_template(
        "finance/order_trail.html",
        form=form,
        trail=found,
        stand=stand(found),
        entries=[entry_row(entry) for entry in found.entries],
        moves=[move_row(move, with_order=False) for move in found.moves],
        payouts=[payout_row(payout, arrival) for payout, arrival in found.payouts],
        gifts=[gift_row(gift) for gift in found.gifts],
        gift_said=gift_said(found),
    )


def _read(typed: str) -> str:
    found = REFERENCE.fullmatch("".join(kept_code(typed).split()).upper())
    return f"{(found[1] or 'PM').rstrip('-')}-{found[2]}-{found[3]}" if found else ""
