"""Whether the key is of the Stripe account that the orders were paid to."""

from http import HTTPStatus
from typing import Final

from sqlalchemy import select

from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import CheckoutAttempt
from shop.payments.services import Services

OTHER_ACCOUNT: Final = (
    "Stripe does not know the newest payment page: STRIPE_SECRET_KEY is of another account than the orders "
    "were paid to. Nothing was looked at. Put the former key back, or use a database of its own for the new "
    "account."
)
ABOUT: Final = "STRIPE_SECRET_KEY"
TOLD: Final = {
    AlertKind.OTHER_ACCOUNT: {HTTPStatus.NOT_FOUND},
    AlertKind.KEY_REFUSED: {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN},
}
"""What the owner is told, by the status of Stripe's refusal."""


def other_account(services: Services) -> bool:
    """Whether Stripe knows nothing of the newest payment page it made for us; the owner is told once.

    Orders of test keys and of live ones are apart anyway: see Services.own. Asks Stripe one thing; when it
    does not answer, nobody can say. A key that Stripe refuses is told of, too.
    """
    with services.database.reading() as session:
        newest = session.scalars(
            select(CheckoutAttempt.stripe_id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .where(services.own, CheckoutAttempt.stripe_id.is_not(None))
            .order_by(CheckoutAttempt.id.desc())
            .limit(1)
        ).one_or_none()
    try:
        status = None if newest is None else _refused(services, newest)
    except GatewayDown:
        return False  # what the owner was told before stands
    with services.database.transaction() as session:
        for kind, statuses in TOLD.items():
            if status in statuses:
                raise_alert(session, kind, ABOUT)
            else:
                withdraw_alert(session, kind, ABOUT)
    return status == HTTPStatus.NOT_FOUND


def _refused(services: Services, session_id: str) -> int | None:
    """The status with which Stripe refuses to show a page; None when it shows it. Raises GatewayDown."""
    try:
        services.gateway.session(session_id)
    except GatewayRefused as error:
        return error.status
    return None
