"""A dearer metal or chain length is paid, or left: from the order's page, and back from paying."""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import web
from shop.accounts.access import require
from shop.checkout import basket_words, cookie
from shop.checkout.forms import ActionForm
from shop.checkout.order_routes import found_by, unlisted
from shop.container import current_services
from shop.corrections.by_telephone import order_of
from shop.corrections.supplement_form import AWAY
from shop.fulfilment.corrections import BUYER
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from shop.payments import supplement_page
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.payments.supplement_page import NotToBePaid
from shop.payments.supplements import becomes, numbered
from shop.payments.sync import StillMoving, sync_order

blueprint = Blueprint("supplements", __name__)

NUMBER: Final = "/supplements/<int(max=2147483647):number>"

OVER: Final = "It cannot be paid any more, so it stays as it is."
LEFT: Final = "It stays as it is, and nothing more is to be paid."
CLOSING: Final = "It is given up, and its page to pay on is closed as soon as the payment service answers us."
PAID_ALREADY: Final = "It was paid before it could be taken back: see what came of it below."
NO_SUCH: Final = "There is nothing to take back."
CHANGED: Final = "Thank you. It is changed: {}."
WENT_BACK: Final = "It could not be changed any more. {} What you paid for it goes back to you in full."
CONFIRMING: Final = "Thank you. We are waiting for the payment to be confirmed, and then it is changed."


@blueprint.post(f"/orders/<token>{NUMBER}/payment")
def pay(token: str, number: int) -> ResponseReturnValue:
    """Go on to the page where it is paid."""
    ActionForm()
    with web.reading() as session:
        order = found_by(session, token)
    services = current_services()
    services.gateway.update_time()
    try:
        return redirect(supplement_page.pay(services, order.id, number), HTTPStatus.SEE_OTHER)
    except NotToBePaid:
        _say(OVER if (said := _of_paying(order, number)) is None else said)
    except (GatewayDown, GatewayRefused, StillMoving):
        flash(AWAY)
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post(f"/orders/<token>{NUMBER}/withdrawal")
def leave(token: str, number: int) -> ResponseReturnValue:
    """Leave the piece as it is. Doing it twice is fine."""
    ActionForm()
    with web.reading() as session:
        order = found_by(session, token)
    _say(_left(order, number, actor=BUYER))
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post(f"/owner/orders/<reference>{NUMBER}/withdrawal")
@require("owner")
def take_back(reference: str, number: int) -> ResponseReturnValue:
    """Ask for it no more."""
    ActionForm()
    said = _left(order_of(reference), number, actor=g.account.email)
    say = flash if said in {LEFT, CLOSING} else web.flash_refusal
    say(said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


@blueprint.get("/checkout/supplement")
def back() -> ResponseReturnValue:
    """Back from paying, or from leaving that page: found by the browser's own cookie, and by nothing else."""
    found, services = _own(request.args.get("session_id", "")), current_services()
    if found is not None:
        # Without an answer the order's page says what we know; webhook or sweep bring the rest.
        with suppress(GatewayDown, GatewayRefused, StillMoving):
            sync_order(services, found.order_id, about_paying=True)
        with web.reading() as session:
            one = session.get_one(Supplement, found.id)
            _, token = with_link(session, one.order_id, services.secret_key)
        if token is not None:
            _say(_said(one, paid="session_id" in request.args))
            return unlisted(make_response(redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)))
    return unlisted(make_response(render_template("corrections/supplement_back.html")))


def _left(order: Order, number: int, *, actor: str) -> str:
    """Give it up. Gives what came of that, in a sentence."""
    services = current_services()
    try:
        known = supplement_page.leave(services, order.id, number, actor=actor)
    except (GatewayDown, GatewayRefused, StillMoving):  # it is noted: the sweep closes the page
        return CLOSING
    if not known:
        return NO_SUCH
    said = _of_paying(order, number)
    if said is not None and actor != BUYER:
        return PAID_ALREADY
    return LEFT if said is None else said


def _say(said: str) -> None:
    if said:
        flash(said)


def _of_paying(order: Order, number: int) -> str | None:
    """What the buyer is told of one that was paid, or is being paid; None of one that is not."""
    with web.reading() as session:
        one = numbered(session, order.id, number)
    if one is None or (one.state in {SupplementState.ASKED, SupplementState.ENDED} and one.paying_at is None):
        return None
    return _said(one, paid=True)


def _said(one: Supplement, *, paid: bool) -> str:
    """What came of it, once somebody is back; empty while the order's page says it."""
    match SupplementState(one.state):
        case SupplementState.PAID:
            return CHANGED.format(becomes(one).detail)
        case SupplementState.RETURNED:
            return WENT_BACK.format(one.why_returned)
        case SupplementState.ENDED:
            return OVER
        case SupplementState.ASKED if one.paying_at is not None:
            return ""
        case SupplementState.ASKED:
            return CONFIRMING if paid else ""


def _own(session_id: str) -> Supplement | None:
    """The supplement of this page that was paid on, or the newest, of an order of this browser."""
    token = cookie.token()
    if token is None:
        return None
    query = select(Supplement).join(Order, Order.id == Supplement.order_id)
    query = query.where(Order.buyer_hash == basket_words.token_hash(token)).order_by(Supplement.id.desc())
    if session_id:
        query = query.where(Supplement.stripe_id == session_id)
    with web.looking() as session:
        return session.scalars(query.limit(1)).first()
