"""/checkout: details, the last look, and going to pay."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote, urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_reading, basket_store, cookie, gift_question, last_look
from shop.checkout.basket_changes import PAID, change_basket
from shop.checkout.basket_contents import BasketContents
from shop.checkout.cuttable import uncuttable
from shop.checkout.email_question import answered, question
from shop.checkout.forms import DetailsForm, PaymentForm, filled_in
from shop.checkout.kept_basket import details_form
from shop.checkout.pay import AlreadyPaid, Changed, Declined, open_payment
from shop.checkout.promised_day import needed_sooner
from shop.checkout.stock_notice import asking
from shop.container import current_services, trader
from shop.payment_links.payment_links import NotOpen
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.sync import StillMoving
from shop.pricing import NoLongerSold
from shop.stock import ShareTaken, SoldOut

blueprint = Blueprint("checkout", __name__)

NOTHING_TO_SEND = (
    "There is nothing in your basket: it was emptied in another tab, or your browser has lost the cookie "
    "that opens it. What you wrote here is not lost. Please choose a piece in another tab, then press the "
    "button here again."
)
PAYMENT_PAGE_DOWN = (
    "We cannot reach the payment page at the moment. Nothing was charged, and your basket is kept. "
    "Please try again in a few minutes."
)


@blueprint.get("/checkout")
def details() -> ResponseReturnValue:
    """The e-mail, the address, the postage."""
    basket = last_look.basket_now()
    if not basket.lines:
        return redirect("/basket", HTTPStatus.SEE_OTHER)
    return _details_page(basket, details_form(basket)(formdata=None, data=filled_in(basket.details)))


@blueprint.post("/checkout")
@web.checks_token_itself
def keep_details() -> ResponseReturnValue:
    """Keep the details with the basket and go on to the last look.

    The form checks its token itself, so that a stale one brings back the page with everything typed.
    """
    basket, token = last_look.basket_now(), cookie.token()
    form = details_form(basket)(formdata=gift_question.answered(answered(request.form)))
    if not basket.lines or token is None:
        return _nothing_to_order(token, form)
    if not form.validate():
        stale = form.csrf_token.errors
        return _details_page(
            basket, form
        ), HTTPStatus.BAD_REQUEST if stale else HTTPStatus.UNPROCESSABLE_ENTITY
    if sooner := needed_sooner(basket.lines, form.details()):
        form.needed_by.errors = [sooner]
        return _details_page(basket, form), HTTPStatus.UNPROCESSABLE_ENTITY
    asks_gift = gift_question.asks(request.form, form.details(), basket.details)
    meant = None if asks_gift else question(request.form, form.email.clean, basket.details)
    if asks_gift or meant:
        return _details_page(basket, form, meant=meant or "", asks_gift=asks_gift)
    if form.details() == basket.details:
        return redirect("/checkout/payment", HTTPStatus.SEE_OTHER)
    _, page = change_basket(
        current_services(), token, lambda session: basket_store.keep_details(session, token, form.details())
    )
    if page.said:
        flash(page.said)
    return redirect("/checkout/payment", HTTPStatus.SEE_OTHER)


@blueprint.get("/checkout/payment")
def look_over() -> ResponseReturnValue:
    """Everything that is about to be agreed to, letter by letter and penny by penny."""
    basket = last_look.basket_now()
    if not basket.lines:
        return redirect("/basket", HTTPStatus.SEE_OTHER)
    if basket.details is None:
        return redirect("/checkout", HTTPStatus.SEE_OTHER)
    return last_look.page(basket, PaymentForm(formdata=None), uncuttable(basket) | last_look.too_late(basket))


@blueprint.post("/checkout/payment")
def pay() -> ResponseReturnValue:
    """Place the order, hold its pieces, and go to the payment page."""
    basket, token = last_look.basket_now(), cookie.token()
    if not basket.lines or basket.details is None or token is None:
        return _nothing_to_order(token)
    form = PaymentForm()
    basket = last_look.with_day_shown(basket, form)
    errors = last_look.not_yet(basket, form)
    if errors:
        return last_look.page(basket, form, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        url = open_payment(
            current_services(), token, _catalogue, basket, form.agreed.data, asking=asking(basket, form)
        )
    except (Changed, SoldOut, ShareTaken, NoLongerSold, NotOpen) as error:
        return last_look.again(form, error), HTTPStatus.CONFLICT
    except AlreadyPaid as paid:
        return redirect(f"/checkout/thanks?session_id={paid.session_id}", HTTPStatus.SEE_OTHER)
    except (GatewayDown, GatewayRefused, StillMoving, Declined):
        page = last_look.page(basket, form, {"pay": PAYMENT_PAGE_DOWN})
        return page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(web.RETRY_AFTER_SECONDS)}
    return redirect(url, HTTPStatus.SEE_OTHER)


def _nothing_to_order(token: str | None, typed: DetailsForm | None = None) -> ResponseReturnValue:
    """To the basket, which says so when what was in it has been paid for in another tab.

    If it was not, what was `typed` comes back with the reason.
    """
    with web.reading() as session:
        order = basket_reading.order_of(session, token)
    if order is not None and order.state not in basket_reading.STILL_TO_PAY:
        flash(PAID.format(order.reference))
    elif typed is not None:
        return _details_page(last_look.basket_now(), typed, why=NOTHING_TO_SEND), HTTPStatus.CONFLICT
    return redirect("/basket", HTTPStatus.SEE_OTHER)


def _catalogue() -> Catalogue:
    with web.looking() as session:
        return snapshot.load(session)


def _ask(form: DetailsForm, pieces: Sequence[str]) -> str:
    """An e-mail to us, begun, about a place that we do not post to: the pieces, and none of their words."""
    asked = f"Could you post this to {form.too_far} ({form.postcode.clean})?"
    said = {"subject": f"Posting to {form.too_far}", "body": "\n".join([asked, "", *pieces])}
    return f"mailto:{trader().email}?{urlencode(said, quote_via=quote)}"


def _details_page(
    basket: BasketContents, form: DetailsForm, *, meant: str = "", asks_gift: bool = False, why: str = ""
) -> str:
    problems = {"": why} if why else {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    chosen = [
        (f"{line.piece.name}, {line.variant.metal_name}", line.price_pence)
        for line in basket.lines
        if line.piece and line.variant
    ]
    return render_template(
        "checkout/details.html",
        ask=_ask(form, [what for what, _ in chosen]),
        chosen=chosen,
        filled=basket.details is not None,
        form=form,
        asks_gift=asks_gift,
        gift_answered=request.form.get(gift_question.ANSWER) == gift_question.NO,
        meant=meant,
        problems=problems,
    )
