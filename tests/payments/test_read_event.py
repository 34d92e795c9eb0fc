"""What the webhook believes: the bytes as they came, signed with our secret, now."""

import json
from typing import Any

import pytest

from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import BadEvent
from shop.payments.stripe_client import API_VERSION
from shop.standin.deliveries import signed
from tests.payments.conftest import Clock

SECRET = "whsec_of_this_test"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": API_VERSION,
    "created": 1_800_000_000,
    "data": {
        "object": {
            "id": "cs_1",
            "object": "checkout.session",
            "payment_intent": "pi_1",
            "metadata": {"order": "PM-7K3Q-2F"},
        }
    },
    "livemode": False,
    "pending_webhooks": 1,
    "request": {"id": None, "idempotency_key": None},
    "type": "checkout.session.completed",
}


@pytest.fixture
def gateway() -> Gateway:
    return Gateway.over_http("sk_test_1", SECRET)


def raw(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


def refused(gateway: Gateway, body: bytes, signature: str | None) -> str:
    with pytest.raises(BadEvent) as error:
        gateway.read_event(body, signature)
    return error.value.reason


def test_a_signed_event_says_where_to_look(gateway: Gateway, time: Clock) -> None:
    seen = gateway.read_event(raw(), signed(raw(), SECRET, time.now()))
    assert (seen.id, seen.type) == ("evt_1", "checkout.session.completed")
    assert (seen.session_id, seen.payment_intent, seen.order_reference) == ("cs_1", "pi_1", "PM-7K3Q-2F")
    assert seen.object["object"] == "checkout.session"
    assert seen.created.timestamp() == 1_800_000_000


@pytest.mark.parametrize(
    ("about", "session_id", "payment", "reference"),
    [
        ({"object": "payment_intent", "id": "pi_2", "metadata": {"order": "PM-1"}}, None, "pi_2", "PM-1"),
        ({"object": "refund", "id": "re_1", "payment_intent": "pi_3", "metadata": None}, None, "pi_3", None),
        ({"object": "dispute", "id": "dp_1", "payment_intent": {"id": "pi_4"}}, None, "pi_4", None),
        ({"object": "payout", "id": "po_1"}, None, None, None),
    ],
)
def test_an_event_about_anything_else_says_what_it_can(
    gateway: Gateway,
    time: Clock,
    about: dict[str, Any],
    session_id: str | None,
    payment: str | None,
    reference: str | None,
) -> None:
    body = raw(data={"object": about})
    seen = gateway.read_event(body, signed(body, SECRET, time.now()))
    assert (seen.session_id, seen.payment_intent, seen.order_reference) == (session_id, payment, reference)


def test_another_version_and_mode_are_told_and_not_judged(gateway: Gateway, time: Clock) -> None:
    body = raw(api_version="2020-08-27", livemode=True)
    seen = gateway.read_event(body, signed(body, SECRET, time.now()))
    assert (seen.api_version, seen.livemode) == ("2020-08-27", True)


def test_what_is_not_signed_by_us_is_not_believed(gateway: Gateway, time: Clock) -> None:
    ours = signed(raw(), SECRET, time.now())
    assert "no signature" in refused(gateway, raw(), None)
    assert "no signature" in refused(gateway, raw(), "")
    assert "no signature" in refused(gateway, raw(), "t=1,v1=é")
    assert "not ours" in refused(gateway, raw(), "t=1,v1=00")
    assert "not ours" in refused(gateway, raw(), "nonsense")
    assert "not ours" in refused(gateway, raw(), signed(raw(), "whsec_of_another", time.now()))
    assert "not ours" in refused(gateway, raw(livemode=True), ours)
    assert "not ours" in refused(gateway, raw() + b"\n", ours)
    assert "not ours" in refused(gateway, raw(), ours.replace("v1=", "v0="))


def test_a_signature_is_believed_for_five_minutes_either_way(gateway: Gateway, time: Clock) -> None:
    signature = signed(raw(), SECRET, time.now())
    time.pass_(seconds=300)
    assert gateway.read_event(raw(), signature)
    time.pass_(seconds=1)
    assert "too far from now" in refused(gateway, raw(), signature)
    time.pass_(seconds=-601)
    assert gateway.read_event(raw(), signature)
    time.pass_(seconds=-1)
    assert "too far from now" in refused(gateway, raw(), signature)


def test_bytes_that_are_no_text_are_not_an_event(gateway: Gateway, time: Clock) -> None:
    assert "UTF-8" in refused(gateway, b"\xff\xfe", signed(b"\xff\xfe", SECRET, time.now()))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        raw(object="v2.core.event"),
        raw(id=7),
        raw(data=None),
        raw(data={"object": "cs_1"}),
        raw(created="soon"),
        raw(created=10**30),
        raw(data={"object": {"object": "checkout.session", "metadata": "none"}}),
    ],
)
def test_signed_words_that_are_no_event_are_not_believed(gateway: Gateway, time: Clock, body: bytes) -> None:
    assert "not an event" in refused(gateway, body, signed(body, SECRET, time.now()))
