"""/orders: somebody who lost our e-mail has the link to the order sent again."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import rate_limit
from shop.checkout.forms import FindForm
from shop.container import current_services
from shop.orders import resend_link

blueprint = Blueprint("finding_orders", __name__)

SLOW_DOWN: Final = "This was asked several times in a short time. Please wait a minute and send it again."


@blueprint.get("/orders")
def ask() -> ResponseReturnValue:
    """The form; after it was sent, the same words whoever asked for what."""
    return _page(FindForm(formdata=None), asked="asked" in request.args)


@blueprint.get("/orders/links")
def back() -> ResponseReturnValue:
    """A reload of a refused form's address leads to the empty form."""
    return redirect("/orders", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/links")
@web.checks_token_itself
def send() -> ResponseReturnValue:
    """Have the links of this e-mail's orders sent to it.

    The try is counted in the same transaction, so that the answer takes about as long when there is no order.
    """
    form = FindForm()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            secret, address = web.settings().secret_key, request.remote_addr or ""
            rate_limit.allow(session, kind="find", address=address, secret=secret)
            resend_link.send_links(session, current_services().vault, form.email.clean)
    except rate_limit.TooManyTries as error:
        form.email.errors = [SLOW_DOWN]
        return _page(form), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}
    return redirect("/orders?asked", HTTPStatus.SEE_OTHER)


def _page(form: FindForm, *, asked: bool = False) -> str:
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    return render_template("checkout/find.html", form=form, problems=problems, asked=asked)
