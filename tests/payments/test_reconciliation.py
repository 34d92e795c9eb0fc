"""Stripe and our entries tell the same story, to the penny."""

from sqlalchemy import text

from shop.money import pounds_and_pence
from shop.payments.reconciliation import reconcile
from shop.standin import after_sales, paying
from tests.trade import Trade


def test_after_a_busy_week_everything_adds_up_although_every_webhook_was_lost(trade: Trade) -> None:
    kept, partly, fully, disputed, unpaid = (trade.place("disc", "petal") for _ in range(5))
    for order in (kept, partly, fully, disputed):
        trade.pays(order)
    trade.refunds(partly, trade.wish_price("petal"))
    failing = trade.refunds(fully)
    trade.refund_fails(failing)
    trade.dispute_ends(trade.disputes(disputed), won=False)
    untouched = trade.order(unpaid).version
    assert reconcile(trade.services) == []
    assert trade.given() == 1000 + 500 + 1000
    assert trade.order(unpaid).version == untouched
    assert reconcile(trade.services) == []


def test_what_a_payout_is_made_of_adds_up(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    with trade.database.transaction() as session:
        after_sales.pay_out(session)
    assert reconcile(trade.services) == []


def test_money_at_stripe_that_no_order_explains_is_named(trade: Trade) -> None:
    request = {**trade.attempt(trade.place("disc")).request, "client_reference_id": "a market stall"}
    stall = trade.services.gateway.create_session(request, "not one of our keys")
    trade.at_stripe(paying.pay, stall.id)
    assert [problem.split(": ")[1] for problem in reconcile(trade.services)] == [
        f"{pounds_and_pence(stall.amount_total or 0)} at Stripe, unexplained here."
    ]


def test_an_entry_of_ours_that_stripe_does_not_know_is_named(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    with trade.database.transaction() as session:
        session.execute(text("UPDATE payment_entry SET amount_pence = amount_pence + 1"))
    (problem,) = reconcile(trade.services)
    assert "at Stripe" in problem
