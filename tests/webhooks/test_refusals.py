"""Who may knock at /webhooks/stripe, and what is answered."""

from datetime import timedelta

import pytest

from shop import clock
from shop.orders.lifecycle import State
from shop.standin.config import derived_keys
from shop.standin.deliveries import signed
from tests.payments.door import Door, Event


@pytest.fixture
def order(door: Door) -> int:
    """An order that was paid and of which nothing was heard."""
    found = door.trade.place("disc")
    door.trade.pays(found)
    return found


@pytest.fixture
def paid(door: Door, order: int) -> Event:
    (event,) = door.news("checkout.session.completed")
    return event


def untouched(door: Door, order: int) -> bool:
    return door.kept() == 0 and door.trade.order(order).state == State.AWAITING


def key(door: Door) -> str:
    return derived_keys(door.trade.services.secret_key).webhook_secret


def test_an_unsigned_event_is_refused_and_leaves_nothing(door: Door, order: int, paid: Event) -> None:
    body, _ = door.trade.signed(paid)
    assert door.knock_with(body, None) == 400
    assert untouched(door, order)


def test_an_event_signed_by_somebody_else_is_refused(door: Door, order: int, paid: Event) -> None:
    body, _ = door.trade.signed(paid)
    assert door.knock_with(body, signed(body, "whsec_guessed", clock.now())) == 400
    assert untouched(door, order)


def test_an_event_changed_on_its_way_is_refused(door: Door, order: int, paid: Event) -> None:
    body, signature = door.trade.signed(paid)
    assert door.knock_with(body.replace(b"paid", b"Paid"), signature) == 400
    assert untouched(door, order)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_event_signed_at_another_time_is_refused(
    door: Door, order: int, paid: Event, minutes: int
) -> None:
    body, _ = door.trade.signed(paid)
    stamped = signed(body, key(door), clock.now() + timedelta(minutes=minutes))
    assert door.knock_with(body, stamped) == 400
    assert untouched(door, order)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"object": "event"}', b"\xff\xfe"])
def test_signed_bytes_that_are_no_event_are_refused(door: Door, body: bytes) -> None:
    assert door.knock_with(body, signed(body, key(door), clock.now())) == 400
    assert door.kept() == 0


def test_an_event_longer_than_any_of_stripes_is_refused(door: Door) -> None:
    body = b" " * (257 * 1024)
    assert door.knock_with(body, signed(body, key(door), clock.now())) == 400


@pytest.mark.parametrize(
    "change", [{"livemode": True}, {"api_version": "2020-08-27"}, {"api_version": None}], ids=str
)
def test_an_event_of_the_wrong_mode_or_version_is_refused(
    door: Door, order: int, paid: Event, change: dict[str, object]
) -> None:
    assert door.knock(paid, **change) == 400
    assert untouched(door, order)


def test_an_event_of_a_type_that_means_nothing_to_us_is_answered_and_forgotten(
    door: Door, order: int, paid: Event
) -> None:
    assert door.knock(paid, type="customer.created") == 200
    assert untouched(door, order)


def test_an_event_about_nobodys_order_is_kept_and_changes_nothing(
    door: Door, order: int, paid: Event
) -> None:
    about = paid["data"]["object"] | {"id": "cs_test_of_another_shop", "metadata": {"order": "PM-NONE-00"}}
    about["payment_intent"] = "pi_of_another_shop"
    assert door.knock(paid, data={"object": about}) == 200
    assert (door.kept(), door.trade.order(order).state) == (1, State.AWAITING)


def test_the_events_of_payouts_are_kept(door: Door, order: int, paid: Event) -> None:
    about = {"id": "po_1", "object": "payout", "metadata": {}}
    assert door.knock(paid, type="payout.failed", data={"object": about}) == 200
    assert (door.kept(), door.trade.order(order).state) == (1, State.AWAITING)
