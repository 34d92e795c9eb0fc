"""A buyer who was told another day says whether to wait, or to have the money back."""

from contextlib import suppress
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.alerts import AlertKind, raise_alert
from shop.checkout.forms import ActionForm
from shop.checkout.order_routes import found_by
from shop.container import current_services
from shop.fulfilment import late
from shop.fulfilment.promised import BUYER
from shop.fulfilment.stages import TO_MAKE
from shop.fulfilment.units import NotAllowed, units_of
from shop.orders.models import Order
from shop.payments import refunds
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund
from shop.payments.sync import StillMoving, sync_order
from shop.web.dates import weekday

blueprint = Blueprint("late", __name__)

WAIT, BACK = "wait", "back"
PLEASE_CHOOSE: Final = "Please choose one of the two."
COMES_BACK: Final = (
    "Your money goes back the way it came, for all that was not posted. An e-mail says so once it is on its "
    "way; banks usually take five to ten days to show it."
)
A_PERSON: Final = (
    "We have recorded that you want your money back, and what was not posted rests. A person here sees "
    "to it, and writes to you."
)


@blueprint.post("/orders/<token>/day")
def answer(token: str) -> ResponseReturnValue:
    """Wait for the later day, or have everything back that was not posted. Saying it twice is fine."""
    ActionForm()
    choice, order_id = request.form.get("choice"), None
    with web.transaction() as session:
        order = found_by(session, token)
        try:
            if choice == WAIT:
                flash(f"Thank you. It is posted by {weekday(late.wait(session, order.id).posted_by)}.")
            elif choice == BACK:
                flash(_give_back(session, order))
                order_id = order.id
            else:
                flash(PLEASE_CHOOSE)
        except NotAllowed as refused:
            flash(str(refused))
    if order_id is not None:
        with suppress(GatewayDown, GatewayRefused, StillMoving):  # the worker sends it then
            sync_order(current_services(), order_id)
    return redirect(f"/orders/{token}#day", HTTPStatus.SEE_OTHER)


def _give_back(session: Session, order: Order) -> str:
    """Have the money go back. Give what is said of it. Raises NotAllowed."""
    numbers = late.give_up(session, order.id)
    if not numbers:
        return COMES_BACK
    whole = all(unit.stage in TO_MAKE for unit in units_of(session, order.id).values())
    try:
        with session.begin_nested():
            refunds.ask(session, order.id, lines=numbers, postage=whole, actor=BUYER)
    except (NothingToRefund, MoreThanPaid, InDispute):
        raise_alert(session, AlertKind.WANTED_BACK, order.reference, f"pieces {numbers}")
        return A_PERSON
    return COMES_BACK
