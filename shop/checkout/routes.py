"""/checkout: details, the last look, payment, and coming back from it."""

from contextlib import suppress
from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import web
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_store, basket_words, cookie
from shop.checkout.basket_changes import PAID, change_basket
from shop.checkout.basket_contents import BasketContents, contents
from shop.checkout.cuttable import uncuttable
from shop.checkout.forms import DetailsForm, PaymentForm, filled_in
from shop.checkout.pay import AlreadyPaid, Changed, Declined, draft_of, open_payment
from shop.checkout.presenters import lines_shown, ordered_shown, statement
from shop.checkout.stock_notice import NOT_SET_ASIDE, asking, notice_for
from shop.container import current_services, trader
from shop.money import pounds_and_pence
from shop.orders.lifecycle import link_token
from shop.orders.models import Order
from shop.orders.placing import fingerprint
from shop.orders.view import view
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import CheckoutAttempt
from shop.payments.sync import StillMoving, sync_order
from shop.pricing import NoLongerSold
from shop.stock import ShareTaken, SoldOut

blueprint = Blueprint("checkout", __name__)

PAYMENT_PAGE_DOWN = (
    "We cannot reach the payment page at the moment. Nothing was charged, and your basket is kept. "
    "Please try again in a few minutes."
)


@blueprint.get("/checkout")
def details() -> ResponseReturnValue:
    """The e-mail, the address, the postage."""
    basket = _basket()
    if not basket.lines:
        return redirect("/basket", HTTPStatus.SEE_OTHER)
    return _details_page(basket, DetailsForm(formdata=None, data=filled_in(basket.details)))


@blueprint.post("/checkout")
@web.checks_token_itself
def keep_details() -> ResponseReturnValue:
    """Keep the details with the basket and go on to the last look.

    The form checks its token itself, so that a stale one brings back the page with everything typed.
    """
    basket, token = _basket(), cookie.token()
    if not basket.lines or token is None:
        return _nothing_to_order(token)
    form = DetailsForm()
    if not form.validate():
        stale = form.csrf_token.errors
        return _details_page(
            basket, form
        ), HTTPStatus.BAD_REQUEST if stale else HTTPStatus.UNPROCESSABLE_ENTITY
    if form.details() == basket.details:
        return redirect("/checkout/payment", HTTPStatus.SEE_OTHER)
    _, page = change_basket(
        current_services(), token, lambda session: basket_store.keep_details(session, token, form.details())
    )
    if page.said:
        flash(page.said)
    return redirect("/checkout/payment", HTTPStatus.SEE_OTHER)


@blueprint.get("/checkout/payment")
def last_look() -> ResponseReturnValue:
    """Everything that is about to be agreed to, letter by letter and penny by penny."""
    basket = _basket()
    if not basket.lines:
        return redirect("/basket", HTTPStatus.SEE_OTHER)
    if basket.details is None:
        return redirect("/checkout", HTTPStatus.SEE_OTHER)
    return _payment_page(basket, PaymentForm(formdata=None), uncuttable(basket))


@blueprint.post("/checkout/payment")
def pay() -> ResponseReturnValue:
    """Place the order, hold its pieces, and go to the payment page."""
    basket, token = _basket(), cookie.token()
    if not basket.lines or basket.details is None or token is None:
        return _nothing_to_order(token)
    form = PaymentForm()
    errors = _not_yet(basket, form)
    if errors:
        return _payment_page(basket, form, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        url = open_payment(
            current_services(), token, _catalogue, basket, form.agreed.data, asking=asking(form)
        )
    except (Changed, SoldOut, ShareTaken, NoLongerSold) as error:
        return _look_again(form, error), HTTPStatus.CONFLICT
    except AlreadyPaid as paid:
        return redirect(f"/checkout/thanks?session_id={paid.session_id}", HTTPStatus.SEE_OTHER)
    except (GatewayDown, GatewayRefused, StillMoving, Declined):
        page = _payment_page(basket, form, {"pay": PAYMENT_PAGE_DOWN})
        return page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(web.RETRY_AFTER_SECONDS)}
    return redirect(url, HTTPStatus.SEE_OTHER)


@blueprint.get("/checkout/thanks")
def thanks() -> ResponseReturnValue:
    """Back from paying. The order is found by session and its own cookie; nothing else is believed."""
    services, order_id = current_services(), _own_order(request.args.get("session_id", ""))
    if order_id is None:
        abort(
            HTTPStatus.NOT_FOUND,
            "We cannot show this order here. The e-mail we send you has a link to it that always works.",
        )
    # Without an answer the page says what we know; webhook or sweep bring the rest.
    with suppress(GatewayDown, GatewayRefused, StillMoving):
        sync_order(services, order_id, about_paying=True)
    with web.looking() as session:
        order = session.get_one(Order, order_id)
        opened = view(session, services.vault, order)
        token = link_token(session, order_id, services.secret_key)
        catalogue = snapshot.load(session)
        count = basket_store.count(session, cookie.token() or "")
    page = make_response(
        render_template(
            "checkout/thanks.html",
            lines=ordered_shown(catalogue, opened.lines),
            order=opened,
            order_url=f"/orders/{token}" if token else None,
            left=count,
        )
    )
    return cookie.show_count(page, count)


def _nothing_to_order(token: str | None) -> ResponseReturnValue:
    """To the basket, which says so when what was in it has been paid for in another tab."""
    with web.reading() as session:
        order = basket_store.order_of(session, token)
    if order is not None and order.state not in basket_store.STILL_TO_PAY:
        flash(PAID.format(order.reference))
    return redirect("/basket", HTTPStatus.SEE_OTHER)


def _catalogue() -> Catalogue:
    with web.looking() as session:
        return snapshot.load(session)


def _basket() -> BasketContents:
    registered = bool(trader().vat)
    with web.looking() as session:
        return contents(session, snapshot.load(session), cookie.token(), vat_registered=registered)


def _not_yet(basket: BasketContents, form: PaymentForm) -> dict[str, str]:
    """Why the buyer must look once more before paying: field id -> sentence. Empty when the buyer may pay."""
    errors = basket.problems | uncuttable(basket)
    if basket.engraved and not form.acknowledged.data:
        errors["acknowledged"] = "Please tick this when you have checked every letter."
    if not basket.problems and form.agreed.data != _shown(basket):
        errors["pay"] = _changed(basket)
    return errors


def _look_again(form: PaymentForm, error: Exception) -> str:
    """The last look once more, with the reason why nothing was placed."""
    basket = _basket()
    if isinstance(error, ShareTaken):
        return _payment_page(basket, form, {}, said=NOT_SET_ASIDE)
    return _payment_page(
        basket, form, {"pay": _changed(basket)} if isinstance(error, Changed) else _sold_out(basket)
    )


def _changed(basket: BasketContents) -> str:
    return (
        "Something in your basket or its price has changed since you looked. "
        f"The total is now {pounds_and_pence(basket.quote.total_pence)}. Please look again before you pay."
    )


def _shown(basket: BasketContents) -> str:
    """The fingerprint of what the page shows; empty while a piece in it is no longer sold."""
    try:
        return fingerprint(draft_of(basket), basket.quote)
    except NoLongerSold:
        return ""


def _sold_out(basket: BasketContents) -> dict[str, str]:
    return basket.problems or {
        "pay": "While you were here, the last of a piece in your basket was set aside for somebody else. "
        "Nothing was charged. It may come free within half an hour."
    }


def _own_order(session_id: str) -> int | None:
    token = cookie.token()
    if token is None or not session_id:
        return None
    with web.looking() as session:
        return session.scalars(
            select(Order.id)
            .join(CheckoutAttempt, CheckoutAttempt.order_id == Order.id)
            .where(
                CheckoutAttempt.stripe_id == session_id, Order.buyer_hash == basket_words.token_hash(token)
            )
        ).one_or_none()


def _details_page(basket: BasketContents, form: DetailsForm) -> str:
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    return render_template(
        "checkout/details.html", basket=basket, form=form, problems=problems, statement=statement()
    )


def _payment_page(basket: BasketContents, form: PaymentForm, errors: dict[str, str], said: str = "") -> str:
    if basket.details is None:
        abort(HTTPStatus.CONFLICT, "Your basket has changed. Please open it again.")
    form.agreed.process_data(_shown(basket))
    form.agreed.raw_data = None
    said = said or notice_for(basket, form)
    form.unreserved.process_data("y" if said else None)
    form.unreserved.raw_data = None
    if "acknowledged" in errors:
        form.acknowledged.errors = [errors["acknowledged"]]
    return render_template(
        "checkout/payment.html",
        basket=basket,
        lines=lines_shown(basket.lines),
        quote=basket.quote,
        form=form,
        problems=errors,
        said=said,
        statement=statement(),
    )
