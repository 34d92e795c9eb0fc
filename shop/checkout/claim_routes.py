"""/orders/<token>/claims: something about what was posted is not right. The order's link is the key."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectChoice

from shop import web
from shop.accounts import rate_limit
from shop.checkout.claim_forms import PICTURE, PICTURE_HINT, ClaimForm, MessageForm
from shop.checkout.claim_pages import named, shown_claim, shown_step
from shop.checkout.order_routes import UNKNOWN, unlisted
from shop.claims import threads
from shop.claims.claim_steps import NotPossible, found, steps_of
from shop.claims.models import Claim, Wish
from shop.claims.threads import Opening
from shop.container import current_services
from shop.orders.lifecycle import by_token
from shop.orders.models import Order
from shop.orders.view import OrderView, view
from shop.web.setup import MAX_PICTURE_REQUEST_BYTES

blueprint = Blueprint("claims", __name__, url_prefix="/orders/<token>/claims")
blueprint.after_request(unlisted)

SLOW_DOWN: Final = (
    "There were several in a short time. Nothing you wrote is lost: please wait a minute and send it again."
)


@blueprint.url_value_preprocessor
def allow_pictures(*_: object) -> None:
    """A form here may carry a picture."""
    request.max_content_length = MAX_PICTURE_REQUEST_BYTES


@blueprint.get("")
def ask(token: str) -> ResponseReturnValue:
    """The form in which the buyer says what is not right."""
    with web.reading() as session:
        order, pieces = _posted(session, token)
    return _form_page(token, order, _claim_form(pieces, blank=True))


@blueprint.post("")
@web.checks_token_itself
def leave(token: str) -> ResponseReturnValue:
    """Open a claim; a second one about the same piece goes on in the first."""
    with web.reading() as session:
        order, pieces = _posted(session, token)
    form = _claim_form(pieces)
    if not form.accepted():
        return _form_page(token, order, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        claim = _open(order.row.id, form)
    except (NotPossible, rate_limit.TooManyTries) as refused:
        status = _refuse(form, refused)
        return _form_page(token, order, form, status)
    flash("Thank you for telling us. We will see to it.")
    return redirect(f"/orders/{token}/claims/{claim.number}", HTTPStatus.SEE_OTHER)


def _open(order_id: int, form: ClaimForm) -> Claim:
    opening = Opening([int(form.unit.data)], Wish(form.wish.data), form.message)
    with web.transaction() as session:
        _count_try(session)
        return threads.open_claim(session, current_services().vault, order_id, opening)


@blueprint.get("/<int(max=2147483647):number>")
def show(token: str, number: int) -> ResponseReturnValue:
    """What was said about a claim so far."""
    return _thread_page(token, number, MessageForm(formdata=None))


@blueprint.post("/<int(max=2147483647):number>/messages")
@web.checks_token_itself
def write(token: str, number: int) -> ResponseReturnValue:
    """Write to us about a claim."""
    with web.reading() as session:
        order = _order(session, token)
        _claim(session, order, number)
    form = MessageForm()
    if not form.accepted():
        return _thread_page(token, number, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with web.transaction() as session:
            _count_try(session)
            threads.write(session, current_services().vault, order.id, number, form.message)
    except (NotPossible, rate_limit.TooManyTries) as refused:
        return _thread_page(token, number, form, _refuse(form, refused))
    flash("Your message is with us.")
    return redirect(f"/orders/{token}/claims/{number}", HTTPStatus.SEE_OTHER)


@blueprint.get("/<int(max=2147483647):number>/messages")
def back(token: str, number: int) -> ResponseReturnValue:
    """A reload of a refused form's address leads to the thread."""
    return redirect(f"/orders/{token}/claims/{number}", HTTPStatus.SEE_OTHER)


def _count_try(session: Session) -> None:
    address, secret = request.remote_addr or "", web.settings().secret_key
    rate_limit.allow(session, kind="claim", address=address, secret=secret)


def _refuse(form: MessageForm, refused: NotPossible | rate_limit.TooManyTries) -> HTTPStatus:
    slow = isinstance(refused, rate_limit.TooManyTries)
    form.words.errors = [SLOW_DOWN if slow else str(refused)]
    return HTTPStatus.TOO_MANY_REQUESTS if slow else HTTPStatus.UNPROCESSABLE_ENTITY


def _order(session: Session, token: str) -> Order:
    return by_token(session, token) or abort(HTTPStatus.NOT_FOUND, UNKNOWN)


def _claim(session: Session, order: Order, number: int) -> Claim:
    try:
        return found(session, order.id, number)
    except NotPossible:
        abort(HTTPStatus.NOT_FOUND)


def _posted(session: Session, token: str) -> tuple[OrderView, list[tuple[int, str]]]:
    """The order, and (number, name) of its pieces that were posted."""
    order = view(session, current_services().vault, _order(session, token))
    return order, [(number, named(order, [number])) for number in threads.claimable(session, order.row.id)]


def _claim_form(pieces: list[tuple[int, str]], *, blank: bool = False) -> ClaimForm:
    only = {"unit": str(pieces[0][0])} if len(pieces) == 1 else {}
    form = ClaimForm(formdata=None, data=only) if blank else ClaimForm()
    form.unit.choices = [SelectChoice(str(number), name) for number, name in pieces]
    return form


def _form_page(
    token: str, order: OrderView, form: ClaimForm, status: HTTPStatus = HTTPStatus.OK
) -> tuple[str, HTTPStatus]:
    page = render_template("checkout/claim_form.html", **_shared(token, form), order=order)
    return page, status


def _thread_page(
    token: str, number: int, form: MessageForm, status: HTTPStatus = HTTPStatus.OK
) -> tuple[str, HTTPStatus]:
    vault = current_services().vault
    with web.reading() as session:
        order = view(session, vault, _order(session, token))
        claim = _claim(session, order.row, number)
        said = [shown_step(step) for step in steps_of(session, vault, claim)]
    shown = shown_claim(order, claim, token)
    page = render_template(
        "checkout/claim.html", **_shared(token, form), order=order, claim=shown, wish=claim.wish, said=said
    )
    return page, status


def _shared(token: str, form: MessageForm) -> dict[str, Any]:
    return {
        "token": token,
        "form": form,
        "problems": form.problems,
        "picture": PICTURE,
        "picture_hint": PICTURE_HINT,
    }
