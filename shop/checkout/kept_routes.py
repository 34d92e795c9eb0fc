"""/pay/<code>: the link to an order that the owner put together for somebody; from there it is a basket."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout import basket_reading, cookie
from shop.checkout.forms import ActionForm
from shop.checkout.kept_basket import IN_THE_MAKING, OVER
from shop.checkout.order_routes import unlisted
from shop.container import current_services
from shop.orders.models import Order
from shop.payment_links import payment_links
from shop.payment_links.models import PaymentLink
from shop.web.dates import minute

blueprint = Blueprint("payment_link", __name__, url_prefix="/pay/<code>")

WITHDRAWN: Final = (
    "This link is not used any more. Nothing was charged. If you still want to order, please telephone or "
    "write to us."
)
PAID: Final = "Order {} has been paid for: thank you. The e-mail about it leads to its page."
UNKNOWN: Final = "There is no such link. Please look at its letters and digits once more, or telephone us."


@blueprint.get("")
def show(code: str) -> ResponseReturnValue:
    """What the link is for, and a button; nothing of what was ordered stands here."""
    link, why_not = _found(code)
    with web.reading() as session:
        count = basket_reading.count(session, token) if (token := cookie.token()) else 0
        is_theirs = bool(count) and _is_theirs(basket_reading.find(session, token), link)
    page = render_template(
        "checkout/payment_link.html",
        code=code,
        link=link,
        until=minute(link.until) if link.until else "",
        why_not=why_not,
        replaces=count and not is_theirs,
        form=ActionForm(),
    )
    answer = unlisted(make_response(page))
    answer.status_code = HTTPStatus.GONE if why_not else HTTPStatus.OK
    return answer


@blueprint.post("")
def take(code: str) -> ResponseReturnValue:
    """Have the order as the basket of this browser, and go to the last look."""
    link, why_not = _found(code)
    secrets = payment_links.opened(current_services().vault, [link]).get(link.id)
    if why_not or secrets is None:
        return redirect(f"/pay/{code}", HTTPStatus.SEE_OTHER)
    with web.reading() as session:
        count = basket_reading.count(session, secrets.token)
    answer: Response = make_response(redirect("/checkout/payment", HTTPStatus.SEE_OTHER))
    return cookie.remember(answer, secrets.token, count)


def _is_theirs(basket: object, link: PaymentLink) -> bool:
    return getattr(basket, "payment_link_id", None) == link.id


def _found(code: str) -> tuple[PaymentLink, str]:
    """The link, and why it leads nowhere now; empty when it does."""
    with web.reading() as session:
        link = payment_links.by_code(session, code) or abort(HTTPStatus.NOT_FOUND, UNKNOWN)
        order = session.get(Order, link.order_id) if link.order_id else None
    if order is not None and order.state not in basket_reading.STILL_TO_PAY:
        return link, PAID.format(order.reference)
    if link.withdrawn_at or not link.sealed:
        return link, WITHDRAWN
    if link.sent_at is None:
        return link, IN_THE_MAKING
    return link, OVER.format(minute(link.until)) if payment_links.is_over(link) and link.until else ""
