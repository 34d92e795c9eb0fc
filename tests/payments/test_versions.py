"""Whoever looked before something was written must look again: nothing about an order escapes that."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text

from shop.catalogue import snapshot
from shop.orders import version_guards
from shop.orders.lifecycle import State, lock, record
from shop.orders.models import Order
from shop.orders.placing import open_again
from shop.orm import Base
from shop.payments.attempts import open_attempt
from shop.payments.models import CheckoutAttempt, RefundRequest
from shop.payments.payment_page import start_payment
from shop.payments.refunds import ask
from shop.payments.sync import sync_order, withdraw
from tests.conftest import load_models
from tests.engines import ONE_ENGINE
from tests.harness import Harness, quoted
from tests.payments.webhook_client import hooked


def reopened(harness: Harness, order: int) -> int:
    """The buyer opens an expired order again. Give the new attempt's id; Stripe was not asked yet."""
    with harness.database.transaction() as session:
        priced = quoted(snapshot.load(session), harness.draft("disc"))
        return open_attempt(session, harness.services, open_again(session, order, priced), priced).id


@ONE_ENGINE
def test_a_reopened_payment_page_keeps_its_hold_while_the_old_ones_expiry_is_heard(harness: Harness) -> None:
    harness.set_stock("disc", 1)
    order = harness.place("disc")
    assert withdraw(harness.services, order) is State.EXPIRED
    attempt = reopened(harness, order)

    def between(snapshot_of: Callable[..., Any], *asked: Any, **how: Any) -> Any:
        """The old page's expiry was read before the new page's answer, and is written after it."""
        seen = snapshot_of(*asked, **how)
        if harness.attempt(order).stripe_id is None:
            start_payment(harness.services, attempt)
        return seen

    assert sync_order(hooked(harness.services, snapshot=between), order) is State.AWAITING
    assert harness.level("disc").reserved == 1
    harness.pays(order)
    assert harness.sync(order) is State.PAID
    assert harness.emails(order) == ["order-confirmation"]


def test_a_reopened_page_that_is_paid_before_its_answer_is_noted_is_found(harness: Harness) -> None:
    order = harness.place("disc")
    withdraw(harness.services, order)
    attempt = reopened(harness, order)

    def paid_at_once(create: Callable[..., Any], *asked: Any) -> Any:
        seen = create(*asked)
        harness.pays(order)
        assert sync_order(harness.services, order, session_id=seen.id) is State.PAID
        return seen

    start_payment(hooked(harness.services, create_session=paid_at_once), attempt)
    assert harness.sync(order) is State.PAID
    assert (harness.level("disc").reserved, harness.given()) == (0, 500)


@ONE_ENGINE
def test_a_page_that_is_made_for_an_order_nobody_waits_for_any_more_is_closed(harness: Harness) -> None:
    order = harness.place_unanswered("disc")

    def gives_up(create: Callable[..., Any], *asked: Any) -> Any:
        seen = create(*asked)
        with harness.database.transaction() as session:
            lock(session, order).state = State.EXPIRED
        return seen

    made = hooked(harness.services, create_session=gives_up)
    assert start_payment(made, harness.attempt(order).id) is None
    assert harness.services.gateway.session(harness.session_id(order)).status == "expired"


def test_every_table_of_an_order_moves_its_version_or_is_known_not_to_matter_to_money() -> None:
    load_models()
    belongs = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "order" for key in table.foreign_keys)
    }
    assert belongs - version_guards.NOT_ABOUT_MONEY == version_guards.MOVING.keys() - {"order"}


def changed(harness: Harness, do: Callable[[Any, Order], None], order: int) -> bool:
    before = harness.order(order).version
    with harness.database.transaction() as session:
        do(session, session.get_one(Order, order))
    return harness.order(order).version > before


def notes_a_session(session: Any, order: Order) -> None:
    query = select(CheckoutAttempt).where(CheckoutAttempt.order_id == order.id)
    session.scalars(query).one().stripe_id = "cs_elsewhere"


def asks_for_a_refund(session: Any, order: Order) -> None:
    ask(session, order.id, lines=[1], postage=False, actor="owner@example.com")


def notes_a_refund(session: Any, order: Order) -> None:
    session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).one().stripe_id = "re_1"


def writes_sql(session: Any, order: Order) -> None:
    session.execute(
        text("UPDATE checkout_attempt SET url = 'https://pay.example/' WHERE order_id = :id"),
        {"id": order.id},
    )


def changes_the_state(_session: Any, order: Order) -> None:
    order.state = State.REVIEW


def tells(session: Any, order: Order) -> None:
    record(session, order, "placed", actor="buyer")


def test_however_an_order_is_written_to_its_version_moves(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    for do in (
        notes_a_session,
        writes_sql,
        asks_for_a_refund,
        notes_a_refund,
        tells,
        changes_the_state,
    ):
        assert changed(harness, do, order), do.__name__
