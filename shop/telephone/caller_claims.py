"""/owner/orders/<reference>/claims: what is not right, written down for a buyer who telephones or writes."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, StringField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts.access import require
from shop.checkout.claim_forms import ClaimForm
from shop.checkout.claim_pages import named
from shop.claims import threads
from shop.claims.claim_steps import NotPossible
from shop.claims.models import Wish
from shop.claims.threads import Message, Opening
from shop.container import current_services
from shop.corrections.corrector import LONGEST_WHY, SAY_WHY
from shop.orders.view import OrderView
from shop.owner.order_page import opened

blueprint = Blueprint("caller_claims", __name__, url_prefix="/owner/orders/<reference>/claims")


class CallerClaimForm(ClaimForm):
    """What the buyer says is not right, and how the owner was told."""

    why = StringField("How you were told, and by whom")

    def validate_why(self, field: StringField) -> None:
        """In a few words."""
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError(SAY_WHY)
        web.check_line(field.data, LONGEST_WHY)

    @property
    def message(self) -> Message:
        """What was said, once it is accepted."""
        return Message(self.kept, actor=g.account.email, why=self.why.data)


@blueprint.get("")
@require("owner")
def ask(reference: str) -> ResponseReturnValue:
    """The form for the caller's words."""
    order = _order(reference)
    pieces = _posted(order)
    only = {"unit": pieces[0].value} if len(pieces) == 1 else {}
    return _page(order, pieces, CallerClaimForm(formdata=None, data=only))


@blueprint.post("")
@require("owner")
def leave(reference: str) -> ResponseReturnValue:
    """Open the claim; pressed twice, once, and one about the same piece goes on in the first."""
    order = _order(reference)
    pieces, form = _posted(order), CallerClaimForm()
    form.unit.choices = pieces
    if not form.validate():
        return _page(order, pieces, form), HTTPStatus.UNPROCESSABLE_ENTITY
    opening = Opening([int(form.unit.data)], Wish(form.wish.data), form.message)
    try:
        with web.transaction() as session:
            claim = threads.open_claim(session, current_services().vault, order.row.id, opening)
    except NotPossible as refused:
        form.unit.errors = [str(refused)]
        return _page(order, pieces, form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("It is recorded, and stands on the buyer's page, too.")
    return redirect(f"/owner/orders/{reference}/claims/{claim.number}", HTTPStatus.SEE_OTHER)


def _order(reference: str) -> OrderView:
    order = opened(reference)
    return order if order.contact else abort(HTTPStatus.NOT_FOUND)


def _posted(order: OrderView) -> list[Any]:
    with web.reading() as session:
        numbers = threads.claimable(session, order.row.id)
    return [SelectChoice(str(number), named(order, [number])) for number in numbers]


def _page(order: OrderView, pieces: list[Any], form: CallerClaimForm) -> str:
    form.unit.choices = pieces
    reference = order.row.reference
    return render_template("telephone/claim.html", reference=reference, form=form, problems=form.problems)
