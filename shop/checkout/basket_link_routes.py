"""/basket/link: a link by which a basket is opened on another device; /continue/<code>: where it leads."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.accounts import rate_limit
from shop.basket_links import basket_links
from shop.basket_links.basket_links import Link
from shop.checkout import basket_reading, cookie
from shop.checkout.email_question import answered, question
from shop.checkout.forms import ActionForm, Text, check_email
from shop.checkout.joined_baskets import NotJoined, join
from shop.checkout.order_routes import unlisted
from shop.container import current_services
from shop.mail.addresses import mailbox
from shop.paper.qr_codes import qr_code
from shop.web.dates import minute

blueprint = Blueprint("basket_link", __name__)
blueprint.after_request(unlisted)  # these addresses are keys, or show one

PAGE: Final = "/basket/link"
SLOW_DOWN: Final = "This was asked several times in a short time. Please wait a while and send it again."
ENDED: Final = (
    "This link has ended, or has lost a letter on its way. What is in the basket is still there, in the "
    "browser that it was filled in: a new link can be made there."
)
HERE: Final = (
    "The basket is here now. It is the same one on both devices: what you change here is changed there."
)


class SendForm(web.Form):
    """Where the link is e-mailed."""

    email = Text("E-mail", asked="Please enter the e-mail address we should send it to.")

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        check_email(field.clean)


@blueprint.get(PAGE)
def show() -> ResponseReturnValue:
    """The link there is, as text and as a code, or a button that makes one."""
    return _page(SendForm(formdata=None))


@blueprint.post(PAGE)
def make() -> ResponseReturnValue:
    """Make a link; the one before ends."""
    ActionForm()
    with web.transaction() as session:
        _make(session)
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/removal")
def end() -> ResponseReturnValue:
    """End it; twice is fine."""
    with web.transaction() as session:
        basket = basket_reading.lock_own(session, cookie.token() or "")
        if basket is not None:
            basket_links.end(session, current_services().vault, basket.id)
    web.database().forget_deleted()
    flash("The link has ended.")
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.get(f"{PAGE}/emails")
def back() -> ResponseReturnValue:
    """A reload of a refused form's address leads to the page."""
    return redirect(PAGE, HTTPStatus.SEE_OTHER)


@blueprint.post(f"{PAGE}/emails")
@web.checks_token_itself
def send() -> ResponseReturnValue:
    """Have the link sent to an address, unless that looks mistyped: then it is asked about first."""
    form = SendForm(formdata=answered(request.form))
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    if meant := question(request.form, form.email.clean, None):
        return _page(form, meant=meant)
    try:
        with web.transaction() as session:
            _count_try(session, form.email.clean)
            link = _own(session) or _make(session)
            basket_links.send(session, current_services().vault, link, form.email.clean)
    except rate_limit.TooManyTries as error:
        form.email.errors = [SLOW_DOWN]
        return _page(form), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}
    return redirect(f"{PAGE}?sent", HTTPStatus.SEE_OTHER)


@blueprint.get("/continue/<code>")
def offer(code: str) -> ResponseReturnValue:
    """What the link is for, and a button; nothing of what is in the basket stands here."""
    return _offer(code)


@blueprint.post("/continue/<code>")
def take(code: str) -> ResponseReturnValue:
    """Have the basket in this browser, together with what was in this one's own."""
    ActionForm()
    with web.reading() as session:
        link = basket_links.by_code(session, code)
    if link is None:
        return redirect(f"/continue/{code}", HTTPStatus.SEE_OTHER)
    try:
        count = join(current_services(), cookie.token(), link.token)
    except NotJoined as why:
        return _offer(code, str(why)), HTTPStatus.CONFLICT
    flash(HERE)
    return cookie.remember(make_response(redirect("/basket", HTTPStatus.SEE_OTHER)), link.token, count)


def _count_try(session: Session, email: str) -> None:
    secret, address = web.settings().secret_key, request.remote_addr or ""
    rate_limit.allow(session, kind="basket link", address=address, secret=secret)
    rate_limit.allow_mailbox(session, kind="basket link", mailbox=mailbox(email), secret=secret)


def _make(session: Session) -> Link:
    """A link to this browser's basket. Aborts with 404 when there is nothing in it, or it is not its own."""
    token = cookie.token() or ""
    basket = basket_reading.lock_own(session, token)
    if basket is None or not basket_reading.lines_of(session, basket) or basket.payment_link_id:
        abort(HTTPStatus.NOT_FOUND, "There is nothing in your basket that a link could lead to.")
    return basket_links.make(session, current_services().vault, basket.id, token)


def _own(session: Session) -> Link | None:
    token = cookie.token() or ""
    basket = basket_reading.find(session, token)
    return basket_links.of_basket(session, basket.id, token) if basket else None


def _page(form: SendForm, *, meant: str = "") -> str | Response:
    with web.reading() as session:
        link, token = _own(session), cookie.token() or ""
        basket = basket_reading.find(session, token)
        if basket is None or basket.payment_link_id or not basket_reading.count(session, token):
            return make_response(redirect("/basket", HTTPStatus.SEE_OTHER))
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    address = f"{web.settings().site_url}/continue/{link.code}" if link else ""
    return render_template(
        "checkout/basket_link.html",
        address=address,
        code=qr_code(address) if link else None,
        until=minute(link.until) if link else "",
        days=basket_links.LASTS.days,
        form=form,
        meant=meant,
        problems=problems,
        sent="sent" in request.args,
    )


def _offer(code: str, why: str = "") -> Response:
    with web.reading() as session:
        link, own = basket_links.by_code(session, code), cookie.token()
        count = basket_reading.count(session, link.token) if link else 0
        here = basket_reading.count(session, own) if link and own and own != link.token else 0
    page = render_template(
        "checkout/continue.html",
        code=code,
        why=why,
        why_not="" if link else ENDED,
        until=minute(link.until) if link else "",
        count=count,
        here=here,
        form=ActionForm(),
    )
    return make_response(page, HTTPStatus.OK if link else HTTPStatus.GONE)
