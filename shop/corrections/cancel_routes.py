"""/orders/<token>/cancellation: until engraving begins; asked once more, with the sum."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.order_routes import found_by, unlisted
from shop.container import current_services
from shop.fulfilment.corrections import BUYER, TooLate
from shop.money import pounds_and_pence
from shop.orders.lifecycle import lines_of
from shop.orders.models import Order
from shop.payments import cancelling
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund
from shop.payments.sync import StillMoving, sync_order

blueprint = Blueprint("cancellation", __name__, url_prefix="/orders/<token>/cancellation")

NONE_CHOSEN: Final = "Please choose what is to be cancelled."
CHANGED: Final = "Something has changed since you looked. Please look at the sum once more."
BY_HAND: Final = (
    "We cannot give this back by ourselves, for some of the payment has gone back already. Please write to "
    "us, and we cancel it for you."
)
DONE: Final = (
    "It is cancelled, and will not be made. {} goes back to you; banks take five to ten days to show it."
)


@blueprint.get("")
def choose(token: str) -> ResponseReturnValue:
    """What can still be cancelled."""
    with web.reading() as session:
        order = found_by(session, token)
    return _choice(token, order)


@blueprint.post("")
@web.checks_token_itself
def cancel(token: str) -> ResponseReturnValue:
    """Show what would go back; once that was in sight, cancel it."""
    with web.reading() as session:
        order = found_by(session, token)
        numbers = _chosen(order)
    if not web.PublicForm().validate():
        return _choice(token, order, web.STALE_BUT_KEPT, HTTPStatus.BAD_REQUEST)
    if not numbers:
        return _choice(token, order, NONE_CHOSEN, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return _cancel(token, order, numbers)
    except TooLate as late:
        with web.reading() as session:
            before = cancelling.done_before(session, order, numbers, agreed_pence=web.number_in("agreed"))
        if before is not None:
            return _done(token, before.whole_pence)
        return _choice(token, order, f"Nothing was cancelled. {late}", HTTPStatus.CONFLICT)
    except (MoreThanPaid, NothingToRefund, InDispute):
        return _choice(token, order, BY_HAND, HTTPStatus.CONFLICT)


def _cancel(token: str, order: Order, numbers: list[int]) -> ResponseReturnValue:
    with web.reading() as session:
        closed = cancelling.why_not(session, order, actor=BUYER)
        for number in numbers:
            if closed.get(number):
                raise TooLate(closed[number])
        shown = cancelling.what_goes_back(session, order, numbers)
    agreed = web.number_in("agreed")
    if agreed != shown.amount_pence:
        said = CHANGED if agreed is not None else ""
        return _page("cancel_look", token, order, shown=shown, said=said)
    with web.transaction() as session:
        asked = cancelling.cancel(session, order.id, numbers, agreed_pence=shown.amount_pence, actor=BUYER)
        amount = asked.whole_pence
    with suppress(GatewayDown, GatewayRefused, StillMoving):  # then it is sent by the next round
        sync_order(current_services(), order.id)
    return _done(token, amount)


def _done(token: str, amount_pence: int) -> ResponseReturnValue:
    flash(DONE.format(pounds_and_pence(amount_pence)))
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


def _chosen(order: Order) -> list[int]:
    with web.reading() as session:
        known = {str(line.number): line.number for line in lines_of(session, order.id)}
    return sorted({known[text] for text in request.form.getlist("unit") if text in known})


def _choice(token: str, order: Order, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    with web.reading() as session:
        closed = cancelling.why_not(session, order, actor=BUYER)
        lines = [line for line in lines_of(session, order.id) if line.number in closed]
    first = next((f"unit-{line.number}" for line in lines if not closed[line.number]), "")
    problems = {first: problem} if problem else {}
    ticked = request.form.getlist("unit")
    shown: dict[str, Any] = {"lines": lines, "closed": closed, "problems": problems, "ticked": ticked}
    answer = _page("cancel_choose", token, order, first=first, **shown)
    answer.status_code = status
    return answer


def _page(name: str, token: str, order: Order, **shown: Any) -> Response:
    page = render_template(
        f"corrections/{name}.html", order=order, page=f"/orders/{token}", form=web.PublicForm(), **shown
    )
    return unlisted(make_response(page))
