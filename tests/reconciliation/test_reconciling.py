"""Stripe and our entries tell the same story, to the penny."""

from collections.abc import Callable, Iterable

from sqlalchemy import text

from shop.money import pounds_and_pence
from shop.payments.gateway_errors import GatewayDown
from shop.reconciliation.reconciling import UNLOOKED, reconcile
from shop.standin import after_sales, paying
from tests.harness import Harness
from tests.payments.webhook_client import hooked


def test_after_a_busy_week_everything_adds_up_although_every_webhook_was_lost(harness: Harness) -> None:
    kept, partly, fully, disputed, unpaid = (harness.place("disc", "petal") for _ in range(5))
    for order in (kept, partly, fully, disputed):
        harness.pays(order)
    harness.refunds(partly, harness.price_of("petal"))
    failing = harness.refunds(fully)
    harness.refund_fails(failing)
    harness.dispute_ends(harness.disputes(disputed), won=False)
    untouched = harness.order(unpaid).version
    assert reconcile(harness.services) == []
    assert harness.given() == 1000 + 500 + 1000
    assert harness.order(unpaid).version == untouched
    assert reconcile(harness.services) == []


def test_what_a_payout_is_made_of_adds_up(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    with harness.database.transaction() as session:
        after_sales.pay_out(session)
    assert reconcile(harness.services) == []


def test_money_at_stripe_that_no_order_explains_is_named(harness: Harness) -> None:
    order = harness.place("disc")
    request = {**harness.attempt(order).request, "client_reference_id": "a market stall"}
    stall = harness.services.gateway.create_session(request, "not one of our keys")
    harness.at_stripe(paying.pay, stall.id)
    (problem,) = reconcile(harness.services)
    lies, named = pounds_and_pence(stall.amount_total or 0), harness.order(order).reference
    assert problem.endswith(f": {lies} at Stripe, unexplained here. It names {named}.")


def test_an_entry_of_ours_that_stripe_does_not_know_is_named(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    with harness.database.transaction() as session:
        session.execute(text("UPDATE payment_entry SET amount_pence = amount_pence + 1"))
    (problem,) = reconcile(harness.services)
    assert "at Stripe" in problem


def test_an_order_that_could_not_be_looked_at_is_counted_and_nothing_is_said_to_add_up(
    harness: Harness,
) -> None:
    unlooked, looked = harness.place("disc"), harness.place("petal")
    for order in (unlooked, looked):
        harness.pays(order)
        harness.sync(order)

    def is_away(ask: Callable[..., object], sessions: Iterable[str], **named: object) -> object:
        if harness.session_id(unlooked) in sessions:
            raise GatewayDown("no answer")
        return ask(sessions, **named)

    assert reconcile(hooked(harness.services, snapshot=is_away)) == [UNLOOKED.format(1)]
    assert reconcile(harness.services) == []
