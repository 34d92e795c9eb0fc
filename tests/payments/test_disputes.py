"""What a dispute takes and gives back is what became of it, whatever its events are called."""

import pytest

from shop.orders.lifecycle import State
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.helpers import PAID, settled_once
from tests.payments.webhook_client import WebhookClient


def test_a_lost_dispute_after_a_partial_refund_takes_back_no_more_than_was_given(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    dispute = harness.disputes(order, harness.order(order).total_pence)
    harness.sync(order)
    assert (harness.given(), harness.held()) == (500, 500)
    harness.dispute_ends(dispute, won=False)
    assert harness.sync(order) is State.DISPUTE_LOST
    assert (harness.given(), harness.held()) == (0, 0)
    assert harness.sound() == []


@ONE_ENGINE
def test_a_lost_dispute_about_one_of_two_pieces_takes_back_one_gift(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    dispute = harness.disputes(order, harness.price_of("petal"))
    harness.dispute_ends(dispute, won=False)
    assert harness.sync(order) is State.DISPUTE_LOST
    assert (harness.given(), harness.held()) == (500, 0)


@ONE_ENGINE
@pytest.mark.parametrize(("won", "given", "state"), [(True, 500, "paid"), (False, 0, "dispute lost")])
def test_the_event_says_that_a_dispute_was_closed_and_its_status_says_how(
    harness: Harness, webhook_client: WebhookClient, won: bool, given: int, state: str
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.dispute_ends(harness.disputes(order), won=won)
    for event in webhook_client.news(*PAID, "charge.dispute.closed"):
        assert webhook_client.post(event) == 200
    assert (harness.order(order).state, harness.given(), harness.held()) == (state, given, 0)


@ONE_ENGINE
def test_an_event_named_for_a_withdrawal_that_was_since_reinstated_takes_nothing(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.dispute_ends(harness.disputes(order), won=True)
    for event in webhook_client.news(*PAID, "charge.dispute.funds_withdrawn"):
        assert webhook_client.post(event) == 200
    assert settled_once(harness, order)


@ONE_ENGINE
def test_an_inquiry_that_closes_without_a_withdrawal_changes_nothing_in_the_end(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    inquiry = harness.disputes(order, inquiry=True)
    assert harness.sync(order) is State.DISPUTED
    harness.dispute_ends(inquiry, won=False)
    assert harness.sync(order) is State.PAID
    assert settled_once(harness, order, emails=("order-confirmation", "disputed"))
