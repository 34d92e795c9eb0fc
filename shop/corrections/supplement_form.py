"""Asking for what a dearer metal or chain length costs more: the buyer goes on to pay, or is written to."""

from http import HTTPStatus
from typing import Final

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import snapshot
from shop.container import current_services
from shop.corrections.corrector import Corrector
from shop.money import pounds_and_pence
from shop.orders.models import Order
from shop.payments import supplements
from shop.payments.exchanging import Wanted
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.supplement_page import NotToBePaid, open_supplement

ANOTHER: Final = (
    "Another change of this order waits to be paid. Please pay it, or leave it, on the order’s page first."
)
ASKED: Final = "{} can be paid on the page of the order now, and the buyer is written to."
NOT_ASKED: Final = "It cannot be paid any more, so nothing was changed."
AWAY: Final = (
    "The page to pay on cannot be opened at the moment. Nothing was lost: please try it here in a while."
)


def asked(order: Order, number: int, wanted: Wanted, who: Corrector) -> ResponseReturnValue:
    """Ask for it, and lead the buyer on to pay. Raises as `supplements.ask` does."""
    services = current_services()
    services.gateway.update_time()
    with web.transaction() as session:
        made = supplements.ask(
            session,
            services,
            order.id,
            number,
            catalogue=snapshot.load(session),
            wanted=wanted,
            actor=who.actor,
            why=who.why,
        )
        supplement_id, sum_ = made.id, pounds_and_pence(made.expected_pence)
    said = ASKED.format(sum_) if who.asks_why else AWAY
    try:
        page = open_supplement(services, supplement_id)
    except NotToBePaid:
        web.flash_refusal(NOT_ASKED)
    except (GatewayDown, GatewayRefused):  # then it is made when the buyer goes to pay, or by the sweep
        flash(said)
    else:
        if not who.asks_why:
            return redirect(page, HTTPStatus.SEE_OTHER)
        flash(said)
    return redirect(who.page, HTTPStatus.SEE_OTHER)
