"""What tests of payments ask of an order, and what they do to it."""

from collections.abc import Sequence

from sqlalchemy import select

from shop import stock
from shop.orders.lifecycle import State
from shop.orders.models import OrderEvent
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.payments.payment_page import start_payment
from tests.harness import Harness

PAID = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")


def settled_once(
    harness: Harness, order: int, gift: int = 500, emails: Sequence[str] = ("order-confirmation",)
) -> bool:
    """Whether the order's payment shows once in money, stock, ledger and e-mails."""
    sold = harness.order(order)
    return (
        sold.state == State.PAID
        and harness.kept_pence(order) == sold.total_pence
        and harness.given() == gift
        and harness.emails(order) == [*emails]
        and harness.sound() == []
    )


def happened(harness: Harness, order: int) -> list[str]:
    with harness.database.reading() as session:
        query = select(OrderEvent.kind).where(OrderEvent.order_id == order).order_by(OrderEvent.id)
        return list(session.scalars(query))


def money(harness: Harness, order: int) -> list[tuple[str, int]]:
    with harness.database.reading() as session:
        query = select(PaymentEntry).where(PaymentEntry.order_id == order).order_by(PaymentEntry.id)
        return [(entry.kind, entry.amount_pence) for entry in session.scalars(query)]


def asked_refunds(harness: Harness, order: int) -> Sequence[RefundRequest]:
    with harness.database.reading() as session:
        query = select(RefundRequest).where(RefundRequest.order_id == order).order_by(RefundRequest.id)
        return session.scalars(query).all()


def fails(*_: object, **__: object) -> None:
    raise GatewayDown("no answer")


def release_early(harness: Harness, order: int) -> None:
    """The order lost its stock although its page can still be paid."""
    with harness.database.transaction() as session:
        held = harness.order(order)
        assert stock.release(session, held.hold_id)
        held.state = State.EXPIRED
        session.merge(held)


def second_page(harness: Harness, order: int) -> str:
    """A second payment page for the same order, as a mistake of ours would leave it. Give its id."""
    first = harness.attempt(order)
    with harness.database.transaction() as session:
        again = CheckoutAttempt(
            order_id=order,
            number=first.number + 1,
            key=f"{first.key} again",
            request=first.request,
            expires_at=first.expires_at,
            created_at=first.created_at,
        )
        session.add(again)
        session.flush()
        attempt_id = again.id
    start_payment(harness.services, attempt_id)
    return harness.session_id(order)
