"""The last look: everything once more, and why it cannot be ordered yet."""

from dataclasses import replace
from http import HTTPStatus

from flask import abort, render_template

from shop import web
from shop.catalogue import snapshot
from shop.checkout import cookie
from shop.checkout.basket_contents import BasketContents, contents
from shop.checkout.cuttable import uncuttable
from shop.checkout.forms import PaymentForm
from shop.checkout.kept_basket import stands
from shop.checkout.papers_shown import before_payment
from shop.checkout.pay import draft_of
from shop.checkout.presenters import lines_shown, statement
from shop.checkout.promised_day import as_shown_lately, needed_sooner, summary_of, wishes_of, with_promise
from shop.checkout.shortage import sold_meanwhile
from shop.checkout.stock_notice import NOT_SET_ASIDE, notice_for
from shop.container import trader
from shop.emails.agreed_terms import terms_in_force
from shop.money import pounds_and_pence
from shop.orders.placing import fingerprint
from shop.planning.planner import keeps
from shop.pricing import NoLongerSold
from shop.stock import ShareTaken, SoldOut
from shop.web.dates import weekday


def basket_now() -> BasketContents:
    """The visitor's basket with the day it would be promised, and the terms."""
    registered = bool(trader().vat)
    with web.looking() as session:
        found = contents(session, snapshot.load(session), cookie.token(), vat_registered=registered)
    return replace(with_promise(found), terms=terms_in_force(render_template, trader()))


def not_yet(basket: BasketContents, form: PaymentForm) -> dict[str, str]:
    """Why the buyer must look once more before paying: field id -> sentence. Empty when the buyer may pay."""
    errors = basket.problems | uncuttable(basket)
    if basket.engraved and not form.acknowledged.data:
        errors["acknowledged"] = "Please tick this when you have checked every letter."
    if not basket.problems and form.agreed.data != shown(basket):
        errors["pay"] = changed_since(basket)
    kept = stands(basket)
    if kept and not kept.payable:
        errors["pay"] = kept.said
    return errors | too_late(basket)


def with_day_shown(basket: BasketContents, form: PaymentForm) -> BasketContents:
    """The basket with the day that the buyer agreed to, when that was shown lately and is still kept."""
    before = as_shown_lately(basket)
    return before if before is not basket and form.agreed.data == shown(before) else basket


def too_late(basket: BasketContents) -> dict[str, str]:
    """That it cannot be there by the day it is needed any more, since others have ordered meanwhile."""
    kept = basket.promise is not None and keeps(basket.promise, wishes_of(basket.details))
    sooner = needed_sooner(basket.lines, basket.details) if basket.details and not kept else ""
    return {"pay": f"{sooner} That is among the details."} if sooner else {}


def changed_since(basket: BasketContents) -> str:
    """That something is not as it was when the page was shown."""
    return (
        "Something in your basket, its price or its day has changed since you looked. "
        f"The total is now {pounds_and_pence(basket.quote.total_pence)}.{_day(basket)} "
        "Please look again before you pay."
    )


def _day(basket: BasketContents) -> str:
    return f" It is posted by {weekday(basket.promise.posted_by)}." if basket.promise else ""


def shown(basket: BasketContents) -> str:
    """The fingerprint of what the page shows; empty while a piece in it is no longer sold."""
    try:
        return fingerprint(draft_of(basket), basket.quote)
    except NoLongerSold:
        return ""


def page(basket: BasketContents, form: PaymentForm, errors: dict[str, str], said: str = "") -> str:
    """The last look, with what is in its way and what is `said` of the pieces set aside."""
    if basket.details is None:
        abort(HTTPStatus.CONFLICT, "Your basket has changed. Please open it again.")
    form.agreed.process_data(shown(basket))
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
        kept=stands(basket),
        printed=before_payment(basket),
        summary=summary_of(basket),
    )


def again(form: PaymentForm, error: Exception) -> str:
    """The last look once more, with the reason why nothing was placed."""
    basket = basket_now()
    if isinstance(error, ShareTaken):
        return page(basket, form, {}, said=NOT_SET_ASIDE)
    if isinstance(error, SoldOut):
        return page(basket, form, basket.problems or {"pay": sold_meanwhile(basket.lines, error)})
    return page(basket, form, basket.problems or {"pay": changed_since(basket)})
