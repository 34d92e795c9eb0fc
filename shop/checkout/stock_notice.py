"""What is said, before somebody pays, of pieces that cannot be set aside meanwhile and may be sold."""

from typing import Final

from flask import request
from sqlalchemy import select

from shop import web
from shop.accounts.rate_limit import network_digest, site_digest
from shop.checkout.basket_contents import BasketContents
from shop.checkout.forms import PaymentForm
from shop.orders.models import Order
from shop.orders.order_hold import Asking, only_noted

NOT_SET_ASIDE: Final = (
    "Few are left of a piece in your basket, and we set only a part of them aside for any one network, which "
    "you may well share with others. So yours are not set aside while you pay: they are yours the moment you "
    "have paid. Should somebody else buy the last of one before that, all of your money comes back by itself."
)


def asking(basket: BasketContents, form: PaymentForm) -> Asking:
    """Who asks for the pieces, and whether the page they looked at said NOT_SET_ASIDE."""
    address, secret = request.remote_addr or "", web.settings().secret_key
    return Asking(
        network_digest(address, secret),
        site_digest(address, secret),
        without=form.unreserved.data == "y",
        link=basket.link.id if basket.link else None,
    )


def notice_for(basket: BasketContents, form: PaymentForm) -> str:
    """NOT_SET_ASIDE where it is so, else nothing."""
    if basket.problems:
        return ""
    with web.looking() as session:
        before = None
        if basket.order_id is not None:
            before = session.scalar(select(Order.hold_id).where(Order.id == basket.order_id))
        wanted = [line.item.variant_id for line in basket.lines]
        return NOT_SET_ASIDE if only_noted(session, wanted, asking(basket, form), before) else ""
