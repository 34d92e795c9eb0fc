"""/checkout: details, the last look, and going to pay."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_reading, basket_store, cookie
from shop.checkout.basket_changes import PAID, change_basket
from shop.checkout.basket_contents import BasketContents, contents
from shop.checkout.cuttable import uncuttable
from shop.checkout.email_question import answered, question
from shop.checkout.forms import DetailsForm, PaymentForm, filled_in
from shop.checkout.pay import AlreadyPaid, Changed, Declined, draft_of, open_payment
from shop.checkout.presenters import lines_shown, statement
from shop.checkout.promised_day import as_shown_lately, needed_sooner, wishes_of, with_promise
from shop.checkout.shortage import sold_meanwhile
from shop.checkout.stock_notice import NOT_SET_ASIDE, asking, notice_for
from shop.container import current_services, trader
from shop.emails.agreed_terms import terms_in_force
from shop.money import pounds_and_pence
from shop.orders.day_wishes import wishes_said
from shop.orders.placing import fingerprint
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.sync import StillMoving
from shop.planning.planner import keeps
from shop.pricing import NoLongerSold
from shop.stock import ShareTaken, SoldOut
from shop.web.dates import weekday

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
    form = DetailsForm(formdata=answered(request.form))
    if not form.validate():
        stale = form.csrf_token.errors
        return _details_page(
            basket, form
        ), HTTPStatus.BAD_REQUEST if stale else HTTPStatus.UNPROCESSABLE_ENTITY
    if sooner := needed_sooner(basket.lines, form.details()):
        form.needed_by.errors = [sooner]
        return _details_page(basket, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if meant := question(request.form, form.email.clean, basket.details):
        return _details_page(basket, form, meant=meant)
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
    return _payment_page(basket, PaymentForm(formdata=None), uncuttable(basket) | _too_late(basket))


@blueprint.post("/checkout/payment")
def pay() -> ResponseReturnValue:
    """Place the order, hold its pieces, and go to the payment page."""
    basket, token = _basket(), cookie.token()
    if not basket.lines or basket.details is None or token is None:
        return _nothing_to_order(token)
    form = PaymentForm()
    basket = _with_day_shown(basket, form)
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


def _nothing_to_order(token: str | None) -> ResponseReturnValue:
    """To the basket, which says so when what was in it has been paid for in another tab."""
    with web.reading() as session:
        order = basket_reading.order_of(session, token)
    if order is not None and order.state not in basket_reading.STILL_TO_PAY:
        flash(PAID.format(order.reference))
    return redirect("/basket", HTTPStatus.SEE_OTHER)


def _catalogue() -> Catalogue:
    with web.looking() as session:
        return snapshot.load(session)


def _basket() -> BasketContents:
    registered = bool(trader().vat)
    with web.looking() as session:
        found = contents(session, snapshot.load(session), cookie.token(), vat_registered=registered)
    return replace(with_promise(found), terms=terms_in_force(render_template, trader()))


def _not_yet(basket: BasketContents, form: PaymentForm) -> dict[str, str]:
    """Why the buyer must look once more before paying: field id -> sentence. Empty when the buyer may pay."""
    errors = basket.problems | uncuttable(basket)
    if basket.engraved and not form.acknowledged.data:
        errors["acknowledged"] = "Please tick this when you have checked every letter."
    if not basket.problems and form.agreed.data != _shown(basket):
        errors["pay"] = _changed(basket)
    return errors | _too_late(basket)


def _with_day_shown(basket: BasketContents, form: PaymentForm) -> BasketContents:
    """The basket with the day that the buyer agreed to, when that was shown lately and is still kept."""
    before = as_shown_lately(basket)
    return before if before is not basket and form.agreed.data == _shown(before) else basket


def _too_late(basket: BasketContents) -> dict[str, str]:
    """That it cannot be there by the day it is needed any more, since others have ordered meanwhile."""
    kept = basket.promise is not None and keeps(basket.promise, wishes_of(basket.details))
    sooner = needed_sooner(basket.lines, basket.details) if basket.details and not kept else ""
    return {"pay": f"{sooner} That is among the details."} if sooner else {}


def _look_again(form: PaymentForm, error: Exception) -> str:
    """The last look once more, with the reason why nothing was placed."""
    basket = _basket()
    if isinstance(error, ShareTaken):
        return _payment_page(basket, form, {}, said=NOT_SET_ASIDE)
    if isinstance(error, SoldOut):
        return _payment_page(basket, form, basket.problems or {"pay": sold_meanwhile(basket.lines, error)})
    return _payment_page(basket, form, basket.problems or {"pay": _changed(basket)})


def _changed(basket: BasketContents) -> str:
    return (
        "Something in your basket, its price or its day has changed since you looked. "
        f"The total is now {pounds_and_pence(basket.quote.total_pence)}.{_day(basket)} "
        "Please look again before you pay."
    )


def _day(basket: BasketContents) -> str:
    return f" It is posted by {weekday(basket.promise.posted_by)}." if basket.promise else ""


def _shown(basket: BasketContents) -> str:
    """The fingerprint of what the page shows; empty while a piece in it is no longer sold."""
    try:
        return fingerprint(draft_of(basket), basket.quote)
    except NoLongerSold:
        return ""


def _details_page(basket: BasketContents, form: DetailsForm, *, meant: str = "") -> str:
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    chosen = [
        (f"{line.piece.name}, {line.variant.metal_name}", line.price_pence)
        for line in basket.lines
        if line.piece and line.variant
    ]
    return render_template(
        "checkout/details.html",
        chosen=chosen,
        form=form,
        meant=meant,
        problems=problems,
        statement=statement(),
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
        asked_for=wishes_said((basket.details or {}).get("wishes", {})),
    )
