"""One function settles an order, whatever was heard, lost, doubled or late."""

from datetime import date
from itertools import permutations

import pytest

from shop.giving.models import Policy
from shop.orders.lifecycle import State
from shop.payments.sweep import sweep
from shop.standin import paying
from tests.engines import ONE_ENGINE, SAME_SQL
from tests.harness import Harness


@ONE_ENGINE
def test_a_paid_order_takes_its_stock_gives_five_pounds_a_piece_and_writes_one_email(
    harness: Harness,
) -> None:
    before = harness.level("disc").on_hand
    order = harness.place("disc", "disc", "petal")
    harness.pays(order)
    assert harness.sync(order) is State.PAID
    assert harness.given() == 1500
    assert harness.level("disc").on_hand == before - 2
    assert harness.level("disc").reserved == 0
    assert harness.emails(order) == ["order-confirmation"]
    assert harness.kept_pence(order) == harness.order(order).total_pence
    assert harness.sound() == []


@ONE_ENGINE
def test_an_order_that_nobody_paid_gives_nothing_and_keeps_its_stock_aside(harness: Harness) -> None:
    order = harness.place("disc")
    assert harness.sync(order) is State.AWAITING
    assert (harness.given(), harness.level("disc").reserved) == (0, 1)


@ONE_ENGINE
def test_looking_twice_changes_nothing(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    version = harness.order(order).version
    harness.sync(order)
    assert harness.order(order).version == version
    assert harness.emails(order) == ["order-confirmation"]


@ONE_ENGINE
def test_a_declined_card_leaves_the_order_open_to_try_again(harness: Harness) -> None:
    order = harness.place("disc")
    harness.at_stripe(paying.decline, harness.session_id(order))
    assert harness.sync(order) is State.AWAITING
    harness.pays(order)
    assert harness.sync(order) is State.PAID


@ONE_ENGINE
def test_a_slow_payment_is_processing_until_it_arrives(harness: Harness) -> None:
    order = harness.place("disc")
    harness.at_stripe(paying.pay_late, harness.session_id(order))
    assert harness.sync(order) is State.PROCESSING
    assert (harness.given(), harness.level("disc").reserved) == (0, 1)
    harness.at_stripe(paying.settle_late, harness.session_id(order), succeeds=True)
    assert harness.sync(order) is State.PAID
    assert harness.given() == 500


@ONE_ENGINE
def test_a_slow_payment_that_comes_back_frees_the_stock(harness: Harness) -> None:
    order = harness.place("disc")
    harness.at_stripe(paying.pay_late, harness.session_id(order))
    harness.sync(order)
    harness.at_stripe(paying.settle_late, harness.session_id(order), succeeds=False)
    assert harness.sync(order) is State.FAILED
    assert (harness.given(), harness.level("disc").reserved) == (0, 0)


@ONE_ENGINE
def test_refunding_one_disc_of_two_takes_back_one_gift_and_keeps_the_history(harness: Harness) -> None:
    order = harness.place("disc", "disc", "petal")
    harness.pays(order)
    harness.sync(order)
    harness.refunds(order, harness.price_of("disc"))
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 1000
    assert harness.sound() == []


@ONE_ENGINE
def test_a_refund_smaller_than_a_piece_is_goodwill_and_takes_no_gift_back(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    harness.refunds(order, 500)
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 500


@ONE_ENGINE
def test_a_full_refund_takes_every_gift_back(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    harness.refunds(order)
    assert harness.sync(order) is State.REFUNDED
    assert (harness.given(), harness.kept_pence(order)) == (0, 0)


@ONE_ENGINE
def test_a_refund_that_fails_later_gives_the_gift_again(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    refund = harness.refunds(order)
    harness.sync(order)
    assert harness.given() == 0
    harness.refund_fails(refund)
    assert harness.sync(order) is State.PAID
    assert harness.given() == 500
    assert harness.kept_pence(order) == harness.order(order).total_pence


@ONE_ENGINE
def test_a_dispute_holds_the_gift_and_losing_it_takes_it_back(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    dispute = harness.disputes(order)
    assert harness.sync(order) is State.DISPUTED
    assert (harness.held(), harness.given()) == (500, 500)
    harness.dispute_ends(dispute, won=False)
    assert harness.sync(order) is State.DISPUTE_LOST
    assert (harness.held(), harness.given(), harness.kept_pence(order)) == (0, 0, 0)


@ONE_ENGINE
def test_a_dispute_that_is_won_changes_nothing_in_the_end(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    dispute = harness.disputes(order)
    harness.sync(order)
    harness.dispute_ends(dispute, won=True)
    assert harness.sync(order) is State.PAID
    assert (harness.held(), harness.given()) == (0, 500)
    assert harness.kept_pence(order) == harness.order(order).total_pence


@SAME_SQL
@pytest.mark.parametrize("heard", list(permutations(range(3))))
def test_whatever_order_the_news_of_payment_refund_and_dispute_comes_in_the_end_is_the_same(
    harness: Harness, heard: tuple[int, ...]
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    first = len(harness.events())
    harness.refunds(order, harness.price_of("petal"))
    second = len(harness.events())
    harness.disputes(order, harness.price_of("disc"))
    everything = harness.events()
    news = [everything[:first], everything[first:second], everything[second:]]
    for part in heard:
        harness.deliver_webhook(*news[part])
    assert harness.order(order).state == State.DISPUTED
    assert (harness.given(), harness.held()) == (500, 500)
    assert harness.sound() == []


@ONE_ENGINE
def test_a_sweep_without_any_webhook_ends_where_the_webhooks_would_have(harness: Harness) -> None:
    paid, walked_away = harness.place("disc"), harness.place("petal")
    harness.pays(paid)
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert harness.order(paid).state == State.PAID
    assert harness.order(walked_away).state == State.EXPIRED
    assert harness.level("petal").reserved == 0
    assert harness.given() == 500


@ONE_ENGINE
def test_a_promise_by_order_gives_once_and_stands_while_any_piece_is_kept(harness: Harness) -> None:
    with harness.database.transaction() as session:
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
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    assert harness.given() == 700
    harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    assert harness.given() == 700
    harness.refunds(order)
    harness.sync(order)
    assert harness.given() == 0
