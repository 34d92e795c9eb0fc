"""Another e-mail address for an order: asked for from its page, and confirmed where it is read."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.email_question import answered, question
from shop.checkout.forms import FindForm
from shop.checkout.order_routes import found_by, unlisted
from shop.container import current_services
from shop.fulfilment.corrections import BUYER
from shop.orders import email_change
from shop.orders.email_change import Erased, NoLongerWaits, TooOften
from shop.orders.models import Order

blueprint = Blueprint("email_changes", __name__)

TOO_OFTEN: Final = "This was asked for several times today. Please write to us, and we will see to it."
SENT: Final = (
    "We have sent an e-mail to that address. Once it is confirmed there, all others go there too; until then "
    "they go where they went before."
)
THE_SAME: Final = "That is the address our e-mails go to."
GIVEN_UP: Final = "The address stays as it is."
GONE: Final = (
    "This link no longer works: it was used before, another address was given since, or a week has gone by."
)


@blueprint.get("/orders/<token>/email")
def form(token: str) -> ResponseReturnValue:
    """Where e-mails about the order go, and the form for another address."""
    with web.reading() as session:
        order = found_by(session, token)
    return _page(token, order, FindForm(formdata=None))


@blueprint.post("/orders/<token>/email")
@web.checks_token_itself
def ask(token: str) -> ResponseReturnValue:
    """Ask for another address: an e-mail goes there, and one to the address that stands."""
    with web.reading() as session:
        order = found_by(session, token)
    asked, services = FindForm(formdata=answered(request.form)), current_services()
    if not asked.validate():
        return _page(token, order, asked, HTTPStatus.UNPROCESSABLE_ENTITY)
    if meant := question(request.form, asked.email.clean, None):
        return _page(token, order, asked, meant=meant)
    try:
        with web.transaction() as session:
            new = email_change.ask(
                session,
                services.vault,
                order.id,
                asked.email.clean,
                secret_key=services.secret_key,
                actor=BUYER,
            )
    except TooOften:
        asked.email.errors = [TOO_OFTEN]
        return _page(token, order, asked, HTTPStatus.TOO_MANY_REQUESTS)
    except Erased:
        return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)
    flash(SENT if new else THE_SAME)
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/<token>/email/withdrawal")
def withdraw(token: str) -> ResponseReturnValue:
    """Give up the address that waits to be confirmed."""
    with web.transaction() as session:
        email_change.withdraw(session, found_by(session, token).id)
    flash(GIVEN_UP)
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.get("/confirm-email/<key>")
def look(key: str) -> ResponseReturnValue:
    """A button, and nothing done before it is pressed: programs that read e-mails follow links, too."""
    with web.reading() as session:
        row = email_change.waiting_at(session, key)
        order = session.get(Order, row.order_id) if row else None
    return _confirmation(order.reference if order else "", "waits" if order else "gone")


@blueprint.post("/confirm-email/<key>")
@web.checks_token_itself
def confirm(key: str) -> ResponseReturnValue:
    """Whoever reads the address says that e-mails are to come there."""
    if not web.PublicForm().validate():
        return look(key)
    try:
        with web.transaction() as session:
            email_change.confirm(session, current_services().vault, key)
    except (NoLongerWaits, Erased):
        return _confirmation("", "gone")
    web.database().forget_deleted()
    return _confirmation("", "done")


def _page(
    token: str, order: Order, form: FindForm, status: HTTPStatus = HTTPStatus.OK, *, meant: str | None = None
) -> Response:
    vault = current_services().vault
    with web.reading() as session:
        contact = vault.reveal(session, order.id, "contact")
        waits = email_change.pending(session, vault, order.id)
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    page = render_template(
        "corrections/email.html",
        reference=order.reference,
        page=f"/orders/{token}",
        form=form,
        standing=contact["email"] if contact else None,
        waits=waits.email if waits else None,
        problems=problems,
        meant=meant,
    )
    return _answer(page, status)


def _confirmation(reference: str, state: str) -> Response:
    page = render_template(
        "corrections/confirm_email.html", reference=reference, state=state, gone=GONE, form=web.PublicForm()
    )
    return _answer(page, HTTPStatus.GONE if state == "gone" else HTTPStatus.OK)


def _answer(page: str, status: HTTPStatus) -> Response:
    answer = make_response(page)
    answer.status_code = status
    return unlisted(answer)
