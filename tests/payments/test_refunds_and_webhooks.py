"""Refunds whose news comes before their answer, again, or says that they failed: each counts once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shop.orders.lifecycle import State
from shop.payments import refunds
from shop.payments.models import RefundRequest
from shop.payments.refund_sending import carry_out
from shop.payments.refundable import NothingToRefund
from shop.payments.stripe_snapshot import RefundSeen
from shop.payments.sync import sync_order
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.helpers import asked_refunds, happened, money, release_early
from tests.payments.test_sweep import later
from tests.payments.webhook_client import WebhookClient, hooked


def refund_asked(harness: Harness, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    """The owner decides a refund; it is not sent yet."""
    with harness.database.transaction() as session:
        return refunds.ask(session, order, lines=lines, postage=postage, actor="owner")


@ONE_ENGINE
def test_our_own_refunds_webhook_arrives_while_we_still_wait_for_the_answer(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    asked = refund_asked(harness, order, 2)
    heard: list[int] = []

    def webhook_first(refund: Callable[..., RefundSeen], *what: object) -> RefundSeen:
        made = refund(*what)
        heard.extend(
            webhook_client.post(event) for event in webhook_client.news("refund.created", "charge.refunded")
        )
        return made

    assert sync_order(hooked(harness.services, refund=webhook_first), order) is State.PART_REFUNDED
    assert heard == [200, 200]
    assert money(harness, order)[1:] == [("refund", -asked.amount_pence)]
    assert (harness.given(), harness.emails(order)) == (500, ["order-confirmation", "refund"])
    assert harness.sound() == []


@ONE_ENGINE
def test_a_refund_sent_inside_a_webhook_stays_one_refund_when_its_own_webhook_comes_within(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    harness.set_stock("disc", 1)
    order = harness.place("disc")
    release_early(harness, order)
    harness.set_stock("disc", 0)
    harness.pays(order)
    sent: list[str] = []

    def webhook_first(refund: Callable[..., RefundSeen], *what: object) -> RefundSeen:
        sent.append(refund(*what).id)
        if len(sent) == 1:
            assert [webhook_client.post(event) for event in webhook_client.news("refund.created")] == [200]
        return refund(*what)

    webhook_client.hook(refund=webhook_first)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert len(set(sent)) == 1
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("refund", -total)]
    assert (harness.order(order).state, harness.given()) == (State.REFUNDED, 0)
    assert harness.emails(order) == ["sold-out"]


def test_of_two_partial_refunds_the_first_is_replayed_and_counts_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc", "petal", "heart")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    first = webhook_client.news("refund.created", "charge.refunded")
    harness.refunds(order, harness.price_of("heart"))
    both = webhook_client.news("refund.created", "charge.refunded")
    for event in (*both, *first, *first):
        assert webhook_client.post(event) == 200
    back = [-harness.price_of("petal"), -harness.price_of("heart")]
    assert sorted(money(harness, order)[1:]) == sorted(("refund", pence) for pence in back)
    assert harness.given() == 500
    assert harness.emails(order).count("refund") == 2


@ONE_ENGINE
def test_two_partial_refunds_of_ours_are_two_refunds_and_each_retry_is_the_same_one(harness: Harness) -> None:
    order = harness.place("disc", "petal", "heart", "heart")  # so that Stripe would take a refund too many
    harness.pays(order)
    harness.sync(order)
    first, second = refund_asked(harness, order, 1), refund_asked(harness, order, 2)
    for request in (first, second, first):  # the first is sent again, as after a lost answer
        carry_out(harness.services, request)
    harness.sync(order)
    back = sorted(-request.amount_pence for request in (first, second))
    assert sorted(pence for _, pence in money(harness, order)[1:]) == back
    assert harness.given() == 1000


@ONE_ENGINE
def test_a_line_is_given_back_once_and_so_is_the_postage(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    refund_asked(harness, order, 1, postage=True)
    with pytest.raises(NothingToRefund):
        refund_asked(harness, order, 1, postage=True)
    assert harness.sync(order) is State.REFUNDED
    with pytest.raises(NothingToRefund):
        refund_asked(harness, order, 1)


@ONE_ENGINE
def test_a_failed_refund_is_restored_and_remembered(harness: Harness, webhook_client: WebhookClient) -> None:
    order = harness.place("disc")
    harness.pays(order)
    refund = harness.refunds(order)
    harness.deliver_webhooks()
    assert (harness.order(order).state, harness.given()) == (State.REFUNDED, 0)
    harness.refund_fails(refund)
    assert [
        webhook_client.post(event) for event in webhook_client.news("refund.updated", "refund.failed")
    ] == [200, 200]
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("refund", -total), ("refund failed", total)]
    assert (harness.order(order).state, harness.given()) == (State.PAID, 500)
    assert happened(harness, order).count("refund failed") == 1


def test_after_a_refund_failed_the_owner_can_send_it_again(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    asked = refund_asked(harness, order, 1, postage=True)
    harness.sync(order)
    (first,) = asked_refunds(harness, order)
    harness.refund_fails(first.stripe_id or "")
    harness.sync(order)
    with harness.database.transaction() as session:
        again = refunds.send_again(session, order, first.id, actor="owner@example.com")
    assert again.key != asked.key
    assert harness.sync(order) is State.REFUNDED
    assert (harness.kept_pence(order), harness.given()) == (0, 0)


@ONE_ENGINE
def test_a_refund_that_stripe_refused_while_a_dispute_was_open_goes_back_after_it_was_won(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    dispute = harness.disputes(order, 100)
    refund_asked(harness, order, 1)  # nobody has heard of the dispute yet
    harness.sync(order)
    assert [request.refused for request in asked_refunds(harness, order)] == ["charge_disputed"]
    harness.dispute_ends(dispute, won=True)
    later(monkeypatch, timedelta(minutes=6))
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 500
