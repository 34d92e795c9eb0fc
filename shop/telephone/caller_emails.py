"""/owner/orders/<reference>/email: another e-mail address, asked for by a buyer who telephones or writes."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts.access import require
from shop.checkout.email_question import answered, question
from shop.checkout.forms import Text, check_email
from shop.container import current_services
from shop.corrections.corrector import LONGEST_WHY, SAY_WHY
from shop.corrections.email_routes import GIVEN_UP, THE_SAME
from shop.orders import email_change
from shop.orders.email_change import Erased, TooOften
from shop.orders.view import OrderView
from shop.owner.order_page import opened

blueprint = Blueprint("caller_emails", __name__, url_prefix="/owner/orders/<reference>/email")

TOO_OFTEN: Final = "This was asked for several times today. Please wait until tomorrow."
SENT: Final = (
    "An e-mail went to that address. Nothing else goes there until it is confirmed, and the address that "
    "stands is told."
)


class CallerEmailForm(web.Form):
    """The new address, and why."""

    email = Text("E-mail", asked="Please enter the new e-mail address.")
    why = StringField("Why, and who asked for it")

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        check_email(field.clean)

    def validate_why(self, field: StringField) -> None:
        """In a few words."""
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError(SAY_WHY)
        web.check_line(field.data, LONGEST_WHY)


@blueprint.get("")
@require("owner")
def show(reference: str) -> ResponseReturnValue:
    """Where e-mails go, and the form for another address."""
    return _page(_order(reference), CallerEmailForm(formdata=None))


@blueprint.post("")
@require("owner")
def ask(reference: str) -> ResponseReturnValue:
    """Ask for another address: it is confirmed there before it receives anything else."""
    order, form, services = (
        _order(reference),
        CallerEmailForm(formdata=answered(request.form)),
        current_services(),
    )
    if not form.validate():
        return _page(order, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if meant := question(request.form, form.email.clean, None):
        return _page(order, form, meant=meant)
    try:
        with web.transaction() as session:
            new = email_change.ask(
                session,
                services.vault,
                order.row.id,
                form.email.clean,
                secret_key=services.secret_key,
                actor=g.account.email,
                why=form.why.data,
            )
    except TooOften:
        form.email.errors = [TOO_OFTEN]
        return _page(order, form), HTTPStatus.TOO_MANY_REQUESTS
    except Erased:
        abort(HTTPStatus.NOT_FOUND)
    return _done(reference, SENT if new else THE_SAME)


@blueprint.post("/withdrawal")
@require("owner")
def withdraw(reference: str) -> ResponseReturnValue:
    """Give up the address that waits to be confirmed."""
    order = _order(reference)
    with web.transaction() as session:
        email_change.withdraw(session, order.row.id)
    return _done(reference, GIVEN_UP)


def _order(reference: str) -> OrderView:
    order = opened(reference)
    return order if order.contact else abort(HTTPStatus.NOT_FOUND)


def _done(reference: str, said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _page(order: OrderView, form: CallerEmailForm, *, meant: str = "") -> str:
    with web.reading() as session:
        waits = email_change.pending(session, current_services().vault, order.row.id)
    return render_template(
        "telephone/email.html",
        reference=order.row.reference,
        standing=(order.contact or {})["email"],
        waits=waits.email if waits else None,
        form=form,
        meant=meant,
        problems={field.id: field.errors[0] for field in form if field.errors},
    )
