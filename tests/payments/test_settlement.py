"""What a snapshot says is written once, and never over what was learnt after it was taken."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest

from shop import stock
from shop.orders.lifecycle import State
from shop.payments.stripe_snapshot import PaymentSnapshot
from shop.payments.sweep import look_at_all, sweep
from shop.payments.sync import sync_order
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.helpers import asked_refunds, happened, money, release_early, settled_once
from tests.payments.webhook_client import WebhookClient, hooked

Look = Callable[..., PaymentSnapshot]


def test_of_two_that_looked_before_either_wrote_only_one_writes(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    looked = Barrier(2)
    looks: list[object] = []

    def together(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        looks.append(seen)
        if len(looks) <= 2:
            looked.wait(30)
        return seen

    services = hooked(harness.services, snapshot=together)
    with ThreadPoolExecutor(2) as pool:
        states = [pool.submit(sync_order, services, order) for _ in range(2)]
        assert [state.result() for state in states] == [State.PAID, State.PAID]
    assert len(looks) == 3  # the one that came second looked again
    assert settled_once(harness, order)


def other_payment(order_pence: int | None = None, currency: str = "gbp") -> Callable[..., PaymentSnapshot]:
    def look(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        return replace(
            seen,
            payments=tuple(
                replace(
                    payment,
                    amount_received=payment.amount_received if order_pence is None else order_pence,
                    currency=currency,
                )
                for payment in seen.payments
            ),
        )

    return look


@pytest.mark.parametrize("look", [other_payment(order_pence=100), other_payment(currency="usd")])
def test_a_payment_of_another_amount_or_currency_is_for_the_owner_to_look_at(
    harness: Harness, look: Callable[..., PaymentSnapshot]
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    services = hooked(harness.services, snapshot=look)
    assert sync_order(services, order) is State.REVIEW
    assert [kind for kind, _ in money(harness, order)] == ["unexplained"]
    assert (harness.given(), harness.emails(order)) == (0, [])
    harness.pass_time_for_holds()
    sweep(services)
    assert harness.level("disc").reserved == 1
    assert harness.order(order).state == State.REVIEW


@ONE_ENGINE
def test_paid_after_the_stock_was_released_and_some_is_left_takes_it_again(harness: Harness) -> None:
    before = harness.level("disc").on_hand
    order = harness.place("disc")
    release_early(harness, order)
    harness.pays(order)
    assert harness.sync(order) is State.PAID
    assert harness.level("disc") == stock.Level(before - 1, 0)
    assert settled_once(harness, order)


@ONE_ENGINE
def test_paid_after_the_last_one_went_to_somebody_else_gets_all_the_money_back(harness: Harness) -> None:
    harness.set_stock("disc", 1)
    late = harness.place("disc")
    release_early(harness, late)
    other = harness.place("disc")
    harness.pays(late)
    assert harness.sync(late) is State.REFUNDED
    (asked,) = asked_refunds(harness, late)
    assert asked.key == f"order-{harness.order(late).reference}-unfillable"
    assert (harness.kept_pence(late), harness.given()) == (0, 0)
    assert harness.emails(late) == ["sold-out"]
    harness.pays(other)
    assert harness.sync(other) is State.PAID
    assert harness.level("disc") == stock.Level(0, 0)
    assert harness.sound() == []


def test_a_snapshot_taken_before_a_refund_and_written_after_it_does_not_undo_it(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    taken, refunded = Event(), Event()

    def slow(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not refunded.is_set():
            taken.set()
            assert refunded.wait(30)
        return seen

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(sync_order, hooked(harness.services, snapshot=slow), order)
        assert taken.wait(30)
        harness.refunds(order)
        assert harness.sync(order) is State.REFUNDED
        refunded.set()
        assert late.result() is State.REFUNDED
    assert (harness.given(), harness.kept_pence(order)) == (0, 0)
    assert happened(harness, order)[-1] == "refunded"


@ONE_ENGINE
def test_a_snapshot_of_an_open_inquiry_is_not_written_over_the_news_that_it_closed(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    inquiry = harness.disputes(order, inquiry=True)
    (opened,) = webhook_client.news("charge.dispute.created")
    heard: list[int] = []

    def closes_meanwhile(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not heard:
            heard.append(0)
            harness.dispute_ends(inquiry, won=False)
            heard.extend(webhook_client.post(event) for event in webhook_client.news("charge.dispute.closed"))
        return seen

    webhook_client.hook(snapshot=closes_meanwhile)
    assert webhook_client.post(opened) == 200
    assert heard == [0, 200]
    assert settled_once(harness, order)


@ONE_ENGINE
def test_reconciling_twice_changes_nothing_the_second_time(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    look_at_all(harness.services)
    version, seen = harness.order(order).version, money(harness, order)
    look_at_all(harness.services)
    assert (harness.order(order).version, money(harness, order)) == (version, seen)
