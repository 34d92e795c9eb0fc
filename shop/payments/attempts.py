"""The attempts to pay an order: each is written down, with its request, before Stripe is asked for a page."""

from typing import Final

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from shop import clock
from shop.orders.models import Order
from shop.orm import table_of
from shop.payments.models import CheckoutAttempt
from shop.payments.services import Services
from shop.payments.session_request import session_request
from shop.pricing import Quote
from shop.stock.holds import PAYMENT_WINDOW

ATTEMPTS: Final = (
    select(CheckoutAttempt)
    .where(CheckoutAttempt.order_id == bindparam("order"))
    .order_by(CheckoutAttempt.number)
)
"""An order's attempts, the oldest first."""

_LAST: Final = select(func.max(CheckoutAttempt.number)).where(CheckoutAttempt.order_id == bindparam("order"))

_OPENED: Final = insert(table_of(CheckoutAttempt)).returning(table_of(CheckoutAttempt).c.id)


def newest_attempt(session: Session, order_id: int) -> CheckoutAttempt:
    """The attempt to pay that counts. An older one was closed, or refused, before it was made."""
    return session.scalars(
        select(CheckoutAttempt)
        .where(CheckoutAttempt.order_id == order_id)
        .order_by(CheckoutAttempt.number.desc())
        .limit(1)
    ).one()


def open_attempt(
    session: Session, services: Services, order: Order, agreed: Quote, *, first: bool = False
) -> CheckoutAttempt:
    """Write down the next attempt to pay an order that was just placed (its `first`), or opened again."""
    number = 1 + (0 if first else session.scalar(_LAST, {"order": order.id}) or 0)
    expires_at = services.gateway.now() + PAYMENT_WINDOW
    row = {
        "order_id": order.id,
        "number": number,
        "key": f"order-{order.reference}-session-{number}",
        "tries": 0,
        "request": session_request(
            reference=order.reference,
            attempt=number,
            lines=[(name, pence, count) for (name, pence), count in agreed.counted.items()],
            postage=(agreed.postage.name, agreed.postage_pence),
            success_url=f"{services.site_url}/checkout/thanks?session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{services.site_url}/checkout/payment",
            expires_at=int(expires_at.timestamp()),
        ),
        "expires_at": expires_at,
        "stripe_id": None,
        "url": None,
        "created_at": clock.now(),
    }
    made = session.connection().execute(_OPENED, row).scalar_one()
    return CheckoutAttempt(**row, id=made)
