"""One function settles an order, whatever was heard, lost, doubled or late."""

from datetime import date
from itertools import permutations

import pytest

from shop.giving.models import Policy
from shop.orders.lifecycle import State
from shop.payments.sweep import sweep
from shop.standin import paying
from tests.trade import Trade


def test_a_paid_order_takes_its_stock_gives_five_pounds_a_piece_and_writes_one_email(trade: Trade) -> None:
    before = trade.level("disc").on_hand
    order = trade.place("disc", "disc", "petal")
    trade.pays(order)
    assert trade.looks(order) is State.PAID
    assert trade.given() == 1500
    assert trade.level("disc").on_hand == before - 2
    assert trade.level("disc").reserved == 0
    assert trade.emails(order) == ["order-confirmation"]
    assert trade.kept_pence(order) == trade.order(order).total_pence
    assert trade.sound() == []


def test_an_order_that_nobody_paid_gives_nothing_and_keeps_its_stock_aside(trade: Trade) -> None:
    order = trade.place("disc")
    assert trade.looks(order) is State.AWAITING
    assert (trade.given(), trade.level("disc").reserved) == (0, 1)


def test_looking_twice_changes_nothing(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    version = trade.order(order).version
    trade.looks(order)
    assert trade.order(order).version == version
    assert trade.emails(order) == ["order-confirmation"]


def test_a_declined_card_leaves_the_order_open_to_try_again(trade: Trade) -> None:
    order = trade.place("disc")
    trade.at_stripe(paying.decline, trade.session_id(order))
    assert trade.looks(order) is State.AWAITING
    trade.pays(order)
    assert trade.looks(order) is State.PAID


def test_a_slow_payment_is_processing_until_it_arrives(trade: Trade) -> None:
    order = trade.place("disc")
    trade.at_stripe(paying.pay_late, trade.session_id(order))
    assert trade.looks(order) is State.PROCESSING
    assert (trade.given(), trade.level("disc").reserved) == (0, 1)
    trade.at_stripe(paying.settle_late, trade.session_id(order), succeeds=True)
    assert trade.looks(order) is State.PAID
    assert trade.given() == 500


def test_a_slow_payment_that_comes_back_frees_the_stock(trade: Trade) -> None:
    order = trade.place("disc")
    trade.at_stripe(paying.pay_late, trade.session_id(order))
    trade.looks(order)
    trade.at_stripe(paying.settle_late, trade.session_id(order), succeeds=False)
    assert trade.looks(order) is State.FAILED
    assert (trade.given(), trade.level("disc").reserved) == (0, 0)


def test_refunding_one_disc_of_two_takes_back_one_gift_and_keeps_the_history(trade: Trade) -> None:
    order = trade.place("disc", "disc", "petal")
    trade.pays(order)
    trade.looks(order)
    trade.refunds(order, trade.wish_price("disc"))
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 1000
    assert trade.sound() == []


def test_a_refund_smaller_than_a_piece_is_goodwill_and_takes_no_gift_back(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    trade.refunds(order, 500)
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 500


def test_a_full_refund_takes_every_gift_back(trade: Trade) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.looks(order)
    trade.refunds(order)
    assert trade.looks(order) is State.REFUNDED
    assert (trade.given(), trade.kept_pence(order)) == (0, 0)


def test_a_refund_that_fails_later_gives_the_gift_again(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    refund = trade.refunds(order)
    trade.looks(order)
    assert trade.given() == 0
    trade.refund_fails(refund)
    assert trade.looks(order) is State.PAID
    assert trade.given() == 500
    assert trade.kept_pence(order) == trade.order(order).total_pence


def test_a_dispute_holds_the_gift_and_losing_it_takes_it_back(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    dispute = trade.disputes(order)
    assert trade.looks(order) is State.DISPUTED
    assert (trade.held(), trade.given()) == (500, 500)
    trade.dispute_ends(dispute, won=False)
    assert trade.looks(order) is State.DISPUTE_LOST
    assert (trade.held(), trade.given(), trade.kept_pence(order)) == (0, 0, 0)


def test_a_dispute_that_is_won_changes_nothing_in_the_end(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    dispute = trade.disputes(order)
    trade.looks(order)
    trade.dispute_ends(dispute, won=True)
    assert trade.looks(order) is State.PAID
    assert (trade.held(), trade.given()) == (0, 500)
    assert trade.kept_pence(order) == trade.order(order).total_pence


@pytest.mark.parametrize("heard", list(permutations(range(3))))
def test_whatever_order_the_news_of_payment_refund_and_dispute_comes_in_the_end_is_the_same(
    trade: Trade, heard: tuple[int, ...]
) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    first = len(trade.events())
    trade.refunds(order, trade.wish_price("petal"))
    second = len(trade.events())
    trade.disputes(order, trade.wish_price("disc"))
    everything = trade.events()
    news = [everything[:first], everything[first:second], everything[second:]]
    for part in heard:
        trade.hears(*news[part])
    assert trade.order(order).state == State.DISPUTED
    assert (trade.given(), trade.held()) == (500, 500)
    assert trade.sound() == []


def test_a_sweep_without_any_webhook_ends_where_the_webhooks_would_have(trade: Trade) -> None:
    paid, walked_away = trade.place("disc"), trade.place("petal")
    trade.pays(paid)
    trade.pass_time_for_holds()
    sweep(trade.services)
    assert trade.order(paid).state == State.PAID
    assert trade.order(walked_away).state == State.EXPIRED
    assert trade.level("petal").reserved == 0
    assert trade.given() == 500


def test_a_promise_by_order_gives_once_and_stands_while_any_piece_is_kept(trade: Trade) -> None:
    with trade.database.transaction() as session:
        session.add(
            Policy(
                charity_name="A charity",
                charity_description="a charity for this test",
                charity_url="https://charity.example/",
                amount_pence=700,
                basis="order",
                agreement_reference="TEST-1",
                agreement_signed_on=date(2026, 1, 1),
                starts_on=date(2026, 1, 1),
            )
        )
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.looks(order)
    assert trade.given() == 700
    trade.refunds(order, trade.wish_price("petal"))
    trade.looks(order)
    assert trade.given() == 700
    trade.refunds(order)
    trade.looks(order)
    assert trade.given() == 0
