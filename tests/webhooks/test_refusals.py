"""Who may post at /webhooks/stripe, and what is answered."""

from datetime import timedelta

import pytest

from shop import clock
from shop.orders.lifecycle import State
from shop.standin.config import derived_keys
from shop.standin.deliveries import signed
from tests.engines import ONE_ENGINE
from tests.payments.webhook_client import Event, WebhookClient


@pytest.fixture
def order(webhook_client: WebhookClient) -> int:
    """An order that was paid and of which nothing was heard."""
    found = webhook_client.harness.place("disc")
    webhook_client.harness.pays(found)
    return found


@pytest.fixture
def paid(webhook_client: WebhookClient, order: int) -> Event:
    (event,) = webhook_client.news("checkout.session.completed")
    return event


def untouched(webhook_client: WebhookClient, order: int) -> bool:
    return webhook_client.kept() == 0 and webhook_client.harness.order(order).state == State.AWAITING


def key(webhook_client: WebhookClient) -> str:
    return derived_keys(webhook_client.harness.services.secret_key).webhook_secret


@ONE_ENGINE
def test_an_unsigned_event_is_refused_and_leaves_nothing(
    webhook_client: WebhookClient, order: int, paid: Event
) -> None:
    body, _ = webhook_client.harness.signed(paid)
    assert webhook_client.post_bytes(body, None) == 400
    assert untouched(webhook_client, order)


@ONE_ENGINE
def test_an_event_signed_by_somebody_else_is_refused(
    webhook_client: WebhookClient, order: int, paid: Event
) -> None:
    body, _ = webhook_client.harness.signed(paid)
    assert webhook_client.post_bytes(body, signed(body, "whsec_guessed", clock.now())) == 400
    assert untouched(webhook_client, order)


@ONE_ENGINE
def test_an_event_changed_on_its_way_is_refused(
    webhook_client: WebhookClient, order: int, paid: Event
) -> None:
    body, signature = webhook_client.harness.signed(paid)
    assert webhook_client.post_bytes(body.replace(b"paid", b"Paid"), signature) == 400
    assert untouched(webhook_client, order)


@ONE_ENGINE
@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_event_signed_at_another_time_is_refused(
    webhook_client: WebhookClient, order: int, paid: Event, minutes: int
) -> None:
    body, _ = webhook_client.harness.signed(paid)
    stamped = signed(body, key(webhook_client), clock.now() + timedelta(minutes=minutes))
    assert webhook_client.post_bytes(body, stamped) == 400
    assert untouched(webhook_client, order)


@ONE_ENGINE
@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"object": "event"}', b"\xff\xfe"])
def test_signed_bytes_that_are_no_event_are_refused(webhook_client: WebhookClient, body: bytes) -> None:
    assert webhook_client.post_bytes(body, signed(body, key(webhook_client), clock.now())) == 400
    assert webhook_client.kept() == 0


@ONE_ENGINE
def test_an_event_longer_than_any_of_stripes_is_refused(webhook_client: WebhookClient) -> None:
    body = b" " * (257 * 1024)
    assert webhook_client.post_bytes(body, signed(body, key(webhook_client), clock.now())) == 400


@ONE_ENGINE
@pytest.mark.parametrize(
    "change", [{"livemode": True}, {"api_version": "2020-08-27"}, {"api_version": None}], ids=str
)
def test_an_event_of_the_wrong_mode_or_version_is_refused(
    webhook_client: WebhookClient, order: int, paid: Event, change: dict[str, object]
) -> None:
    assert webhook_client.post(paid, **change) == 400
    assert untouched(webhook_client, order)


@ONE_ENGINE
def test_an_event_of_a_type_that_means_nothing_to_us_is_answered_and_forgotten(
    webhook_client: WebhookClient, order: int, paid: Event
) -> None:
    assert webhook_client.post(paid, type="customer.created") == 200
    assert untouched(webhook_client, order)


def test_an_event_about_nobodys_order_is_kept_and_changes_nothing(
    webhook_client: WebhookClient, order: int, paid: Event
) -> None:
    about = paid["data"]["object"] | {"id": "cs_test_of_another_shop", "metadata": {"order": "PM-NONE-00"}}
    about["payment_intent"] = "pi_of_another_shop"
    assert webhook_client.post(paid, data={"object": about}) == 200
    assert (webhook_client.kept(), webhook_client.harness.order(order).state) == (1, State.AWAITING)


@ONE_ENGINE
def test_the_events_of_payouts_are_kept(webhook_client: WebhookClient, order: int, paid: Event) -> None:
    about = {"id": "po_1", "object": "payout", "metadata": {}}
    assert webhook_client.post(paid, type="payout.failed", data={"object": about}) == 200
    assert (webhook_client.kept(), webhook_client.harness.order(order).state) == (1, State.AWAITING)
