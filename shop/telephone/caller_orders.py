"""/owner/payment-links: orders for somebody who telephones or writes, chosen on the buyer's own pages."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import clock, web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.checkout import basket_reading, basket_store, cookie, last_look
from shop.checkout.basket_changes import Page, close_open_page
from shop.checkout.basket_contents import BasketContents, contents
from shop.checkout.cuttable import uncuttable
from shop.checkout.forms import ActionForm, PaymentForm
from shop.checkout.pay import Changed
from shop.container import current_services
from shop.orders.models import Order
from shop.orders.states import UNPAID
from shop.paper.qr_codes import qr_code
from shop.payment_links import payment_links
from shop.payment_links.models import PaymentLink, Via
from shop.payment_links.payment_links import NotOpen, Secrets
from shop.pricing import NoLongerSold
from shop.stock import SoldOut
from shop.telephone import caller_rows
from shop.uploads import store

blueprint = Blueprint("payment_links", __name__, url_prefix="/owner/payment-links")

LINK: Final = "/<int(max=2147483647):number>"
LIST: Final = "/owner/payment-links"

BEGUN: Final = "Choose the pieces and words as the caller wishes. At the last look you send the link."
SENT: Final = "The link is ready, and its pieces are set aside. {}"
BY_EMAIL: Final = "An e-mail with it is on its way."
NO_EMAIL: Final = "There is no e-mail address: read the link out, or write it in a letter."
SENT_AGAIN: Final = "The e-mail is on its way once more."
WITHDRAWN: Final = "The link is withdrawn, and its pieces are free again."
DONE_BEFORE: Final = "That link was paid for or withdrawn before. Nothing was changed."
PAID_MEANWHILE: Final = "Order {} has been paid for in the meantime, and it stands as it was."
LEFT_OPEN: Final = (
    "The buyer has a payment page open, and it cannot be closed while Stripe does not answer. Please try "
    "again in a few minutes."
)


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Those that wait, those that are done, and a form to begin another."""
    with web.reading() as session:
        waiting, done = caller_rows.waiting(session), caller_rows.done(session)
    return render_template(
        "telephone/payment_links.html", waiting=waiting, done=done, lasts=caller_rows.LASTS, form=ActionForm()
    )


@blueprint.post("")
@require("owner")
def begin() -> ResponseReturnValue:
    """Begin an order for somebody; this browser's basket is theirs until the link is sent."""
    via = request.form.get("via", "")
    if via not in set(Via):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    with web.transaction() as session:
        link, secrets = payment_links.begin(
            session, current_services().vault, Via(via), actor=g.account.email
        )
        basket_store.begin_for(session, secrets.token, link.id)
    flash(BEGUN)
    return cookie.remember(_to("/pieces"), secrets.token, 0)


@blueprint.post(f"{LINK}/basket")
@require("owner")
def go_on(number: int) -> ResponseReturnValue:
    """Go on putting it together, or change it: nobody can pay for it until it is sent again."""
    secrets = _secrets(number)
    try:
        with web.transaction() as session:
            payment_links.reopen(payment_links.lock(session, number))
    except NotOpen:
        return _done_before()
    page = close_open_page(current_services(), secrets.token)
    if page.page is Page.PAID:
        flash(PAID_MEANWHILE.format(page.reference))
        return _to(LIST)
    with web.reading() as session:
        count = basket_reading.count(session, secrets.token)
    return cookie.remember(_to("/basket" if count else "/pieces"), secrets.token, count)


@blueprint.post(f"{LINK}/sending")
@require("owner")
def send(number: int) -> ResponseReturnValue:
    """Set aside what was looked over, and send the link; pressed twice, once."""
    basket = last_look.basket_now()
    if basket.link is None or basket.link.id != number or basket.link.sent_at is not None:
        return _to(LIST)
    if not basket.lines or basket.details is None:
        return _to("/checkout" if basket.lines else "/basket")
    form = PaymentForm()
    if errors := _in_the_way(basket, form):
        return last_look.page(basket, form, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _send(number, basket)
    except (Changed, SoldOut, NoLongerSold) as error:
        return last_look.again(form, error), HTTPStatus.CONFLICT
    except NotOpen:
        return _done_before()
    flash(SENT.format(BY_EMAIL if basket.details["contact"]["email"] else NO_EMAIL))
    return _without_basket(_to(LIST))


@blueprint.get(f"{LINK}/letter")
@require("owner")
def letter(number: int) -> ResponseReturnValue:
    """A letter with the link, to be printed for somebody without e-mail."""
    secrets = _secrets(number)
    with web.looking() as session:
        link = session.get_one(PaymentLink, number)
        basket = contents(session, snapshot.load(session), secrets.token)
    if not payment_links.is_open(link) or basket.details is None:
        return _to(LIST)
    shown = caller_rows.shown(link, secrets)
    return render_template(
        "telephone/letter.html",
        link=shown,
        code=qr_code(shown.address),
        via=link.via,
        contact=None if basket.details["as_gift"] else basket.details["contact"],
        today=clock.now(),
    )


@blueprint.post(f"{LINK}/emails")
@require("owner")
def send_email_again(number: int) -> ResponseReturnValue:
    """Have its e-mail sent once more."""
    _secrets(number)
    try:
        with web.transaction() as session:
            payment_links.email_again(payment_links.lock(session, number))
    except NotOpen:
        return _done_before()
    flash(SENT_AGAIN)
    return _to(LIST)


@blueprint.post(f"{LINK}/withdrawal")
@require("owner")
def withdraw(number: int) -> ResponseReturnValue:
    """End it: nobody pays for it any more, its pieces are free, and what was written is erased."""
    secrets, services = _secrets(number), current_services()
    with web.transaction() as session:
        payment_links.give_up(payment_links.lock(session, number))  # from here on no payment page is opened
    page = close_open_page(services, secrets.token)
    if page.page is Page.LEFT_OPEN:
        web.flash_refusal(LEFT_OPEN)
        return _to(LIST)
    with web.transaction() as session:
        basket_store.empty(session, secrets.token)
        payment_links.end(session, services.vault, payment_links.lock(session, number))
    web.database().forget_deleted()
    flash(PAID_MEANWHILE.format(page.reference) if page.page is Page.PAID else WITHDRAWN)
    answer = _to(LIST)
    return _without_basket(answer) if cookie.token() == secrets.token else answer


def _send(number: int, basket: BasketContents) -> None:
    """Raises Changed, SoldOut, NoLongerSold or NotOpen; then nothing was done."""
    details = basket.details or {}
    contact, gift = details["contact"], details["as_gift"]  # a gift's parcel bears somebody else's name
    basket.quote.refuse_unsold()
    with web.transaction() as session:
        own = basket_reading.lock_own(session, cookie.token() or "")
        if own is None or basket_reading.stamp(session, own) != basket.stamp:
            raise Changed
        link, token = payment_links.lock(session, number), cookie.token() or ""
        payment_links.send(
            session,
            current_services().vault,
            link,
            basket.wanted,
            to=(contact["email"], contact["buyer_name"] or ("" if gift else contact["name"])),
            total_pence=basket.quote.total_pence,
        )
        if link.until is not None:
            store.keep_until(session, token, link.until)


def _in_the_way(basket: BasketContents, form: PaymentForm) -> dict[str, str]:
    """Why it cannot be sent as it is: field id -> sentence. A payment page open from before is closed."""
    errors = basket.problems | uncuttable(basket) | last_look.too_late(basket)
    if not errors and form.agreed.data != last_look.shown(basket):
        errors = {"pay": last_look.changed_since(basket)}
    if not errors and close_open_page(current_services(), cookie.token() or "").page is Page.LEFT_OPEN:
        errors = {"pay": LEFT_OPEN}
    return errors


def _secrets(number: int) -> Secrets:
    """What opens the link's basket; 404 when there is no such link, back to the list when it is done."""
    with web.reading() as session:
        link = session.get(PaymentLink, number) or abort(HTTPStatus.NOT_FOUND)
        order = session.get(Order, link.order_id) if link.order_id else None
    found = payment_links.opened(current_services().vault, [link]).get(link.id)
    if found is None or (order is not None and order.state not in UNPAID):
        abort(_done_before())
    return found


def _done_before() -> Response:
    web.flash_refusal(DONE_BEFORE)
    return _to(LIST)


def _without_basket(answer: Response) -> Response:
    """This browser's basket is nobody's again."""
    answer.delete_cookie(cookie.name(), secure=web.settings().secure, httponly=True, samesite="Lax")
    return cookie.show_count(answer, 0)


def _to(address: str) -> Response:
    return make_response(redirect(address, HTTPStatus.SEE_OTHER))
