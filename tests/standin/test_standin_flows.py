"""Every road through the stand-in, and each word on it held against the SDK's own description of Stripe."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from shop.db import Database
from shop.payments.gateway import Gateway
from shop.standin.config import Keys
from shop.standin.models import StandinEvent
from tests.engines import ONE_ENGINE
from tests.payments import sdk_types
from tests.payments.conftest import Clock, Recorder, Visitor

Wanted = Callable[..., dict[str, Any]]


@pytest.fixture
def road(gateway: Gateway, tester: Visitor, wanted: Wanted, time: Clock) -> dict[str, str]:
    """One session of each fate, with refunds, disputes and payouts; gives the sessions by their fate."""
    made = {}
    for fate in (
        "pays",
        "declined",
        "3ds",
        "late",
        "never comes",
        "leaves",
        "expired",
        "won",
        "lost",
        "asked",
    ):
        made[fate] = gateway.create_session(wanted(f"PM-{fate.upper()}"), f"order-{fate}-session-1").id
    for fate in ("pays", "declined", "3ds", "late", "leaves", "won", "lost", "asked"):
        tester.choose(made[fate], fate if fate not in {"won", "lost", "asked"} else "pays")
    tester.choose(made["3ds"], "confirmed")
    tester.choose(made["never comes"], "late")
    tester.post(f"/sessions/{made['late']}/settlement", outcome="arrives")
    tester.post(f"/sessions/{made['never comes']}/settlement", outcome="fails")
    gateway.expire_session(made["expired"])
    _after_sales(gateway, tester, made)
    time.pass_(minutes=32)
    return made


def _after_sales(gateway: Gateway, tester: Visitor, made: dict[str, str]) -> None:
    paid = gateway.snapshot([made["pays"]]).payments[0]
    gateway.refund(paid.intent_id, 8500, "refund-1")
    failing = gateway.refund(paid.intent_id, 395, "refund-2")
    tester.post(f"/refunds/{failing.id}/failure")
    tester.post(f"/payments/{gateway.snapshot([made['late']]).payments[0].intent_id}/refunds", amount="10")
    for fate in ("won", "lost", "asked"):
        intent = gateway.snapshot([made[fate]]).payments[0].intent_id
        tester.post(f"/payments/{intent}/disputes", kind="inquiry" if fate == "asked" else "chargeback")
        dispute = gateway.snapshot([made[fate]]).disputes[0]
        tester.post(f"/disputes/{dispute.id}/outcome", outcome="lost" if fate == "lost" else "won")
    tester.post(f"/payments/{paid.intent_id}/suspicions")
    tester.post(f"/payments/{paid.intent_id}/suspicions", kind="review")
    looked = gateway.snapshot([made["pays"]]).suspicions
    tester.post(
        f"/reviews/{next(one.id for one in looked if one.kind == 'review')}/outcome", outcome="approved"
    )
    tester.post("/payouts")
    tester.post(f"/payouts/{next(gateway.payouts()).id}/failure")


@pytest.fixture
def browsing(road: dict[str, str], wire: Recorder, keys: Keys) -> Callable[[str], dict[str, Any]]:
    """Ask the API for an address, after the road was walked."""
    client = Client(wire)

    def ask(path: str) -> dict[str, Any]:
        answer = client.get(f"/v1/{path}", headers={"Authorization": f"Bearer {keys.secret_key}"})
        found: dict[str, Any] = answer.json
        return found

    return ask


LISTS = {
    "checkout/sessions": ["payment_intent"],
    "payment_intents": ["latest_charge"],
    "charges": ["balance_transaction", "payment_intent"],
    "refunds": ["balance_transaction", "charge", "failure_balance_transaction"],
    "disputes": ["charge", "payment_intent"],
    "balance_transactions": ["source"],
    "payouts": ["balance_transaction"],
    "reviews": ["charge"],
    "radar/early_fraud_warnings": ["payment_intent"],
    "events": [],
}


def test_every_answer_and_request_is_one_that_stripe_knows(
    browsing: Callable[[str], dict[str, Any]], wire: Recorder, road: dict[str, str]
) -> None:
    for name, expandable in LISTS.items():
        rows = browsing(f"{name}?limit=100")["data"]
        assert rows
        for row in rows:
            browsing(f"{name}/{row['id']}")
        for path in expandable:
            row = next(row for row in rows if row.get(path))
            shown = browsing(f"{name}/{row['id']}?expand[0]={path}")
            assert shown[path]["id"] == row[path]
            browsing(f"{name}?expand[0]=data.{path}&limit=3")
    browsing(f"checkout/sessions/{road['pays']}/line_items?limit=2")
    browsing(f"checkout/sessions/{road['pays']}?expand[0]=line_items")
    browsing(f"checkout/sessions/{road['pays']}?expand[0]=payment_intent.latest_charge.balance_transaction")
    browsing("balance")
    browsing("charges/ch_nothing0")
    assert len(wire.exchanges) > 100
    problems = {
        problem
        for one in wire.exchanges
        for problem in sdk_types.answer_problems(one.answer)
        + sdk_types.request_problems(one.method, one.url, one.body.decode())
    }
    assert problems == set()


def test_every_event_is_one_that_stripe_sends(database: Database, road: dict[str, str]) -> None:
    with database.reading() as session:
        events = [row.body for row in session.scalars(select(StandinEvent))]
    assert {problem for event in events for problem in sdk_types.event_problems(event)} == set()
    assert {event["type"] for event in events} >= {
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.failed",
        "charge.pending",
        "charge.refund.updated",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "payout.created",
        "radar.early_fraud_warning.created",
        "review.closed",
        "review.opened",
        "payout.failed",
        "payout.paid",
        "payout.reconciliation_completed",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }


@ONE_ENGINE
def test_the_description_notices_what_is_missing_unknown_or_not_a_choice(
    gateway: Gateway, wanted: Wanted, wire: Recorder
) -> None:
    gateway.create_session(wanted(), "order-1-session-1")
    sound = wire.exchanges[0].answer
    without = {name: value for name, value in sound.items() if name != "payment_status"}
    assert sdk_types.answer_problems(sound) == []
    assert len(sdk_types.answer_problems(without)) == 1
    assert len(sdk_types.answer_problems(sound | {"paid_with": "card"})) == 1
    assert len(sdk_types.answer_problems(sound | {"status": "paid"})) == 1
    assert len(sdk_types.answer_problems(sound | {"amount_total": "25595"})) == 1
    assert len(sdk_types.request_problems("POST", "/v1/refunds", "amount=1.5&reason=regret&why=none")) == 3


@ONE_ENGINE
def test_money_at_stripe_adds_up_to_the_penny(gateway: Gateway, road: dict[str, str]) -> None:
    moves = list(gateway.moves())
    balance = gateway.balance()
    assert sum(move.net for move in moves) == balance.available + balance.pending
    assert all(move.net == move.amount - move.fee for move in moves)
    payout = next(gateway.payouts())
    assert sum(move.net for move in gateway.moves(payout=payout.id)) == 0
    assert sum(m.net for m in gateway.moves(payout=payout.id) if m.source != payout.id) == payout.amount
