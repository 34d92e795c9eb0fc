"""/orders/<token>/send-backs: a piece without words goes back. The order's link is the key."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.checkout.claim_pages import named
from shop.checkout.order_routes import UNKNOWN, unlisted
from shop.claims import send_backs
from shop.claims.claim_steps import NotPossible
from shop.container import current_services
from shop.orders.lifecycle import by_token
from shop.orders.models import Order
from shop.orders.view import view

blueprint = Blueprint("send_backs", __name__, url_prefix="/orders/<token>/send-backs")
blueprint.after_request(unlisted)

FIELD = "piece"
CHOOSE = "Please choose the piece that you send back."


@blueprint.get("")
def ask(token: str) -> ResponseReturnValue:
    """What can go back, until when, and how."""
    return _page(token)


@blueprint.post("")
def leave(token: str) -> ResponseReturnValue:
    """The notice, as the law calls it. Giving it twice is fine."""
    chosen = [int(text) for text in request.form.getlist(FIELD) if text.isascii() and text.isdigit()
              and len(text) < 6]  # noqa: PLR2004  # fmt: skip
    try:
        with web.transaction() as session:
            send_backs.give_notice(session, _order(session, token).id, chosen)
    except NotPossible:
        return _page(token, CHOOSE, HTTPStatus.UNPROCESSABLE_ENTITY)
    flash("Thank you for telling us. We have e-mailed you. Below is where to send it, and by when.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post("/<int(max=2147483647):number>/keeping")
def keep(token: str, number: int) -> ResponseReturnValue:
    """The buyer keeps it after all."""
    try:
        with web.transaction() as session:
            send_backs.keep(session, _order(session, token).id, number)
        flash("It is noted that you keep it.")
    except NotPossible:
        flash("It is here already, so it cannot be taken back on this page. Please write to us.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


def _order(session: Session, token: str) -> Order:
    return by_token(session, token) or abort(HTTPStatus.NOT_FOUND, UNKNOWN)


def _page(token: str, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    with web.reading() as session:
        order = view(session, current_services().vault, _order(session, token))
        numbers = send_backs.returnable(session, order.row.id)
        last = send_backs.last_day(session, order.row.id)
    page = render_template(
        "checkout/send_back.html",
        order=order,
        token=token,
        pieces=[(number, named(order, [number])) for number in numbers],
        last=last,
        send_days=send_backs.SEND_WITHIN_DAYS,
        refund_days=send_backs.REFUND_DAYS,
        field=FIELD,
        problems={f"{FIELD}-{numbers[0]}" if numbers else "": problem} if problem else {},
    )
    return page, status
