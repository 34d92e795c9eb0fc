"""The payment page: what a tester sees, chooses and is sent on to."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from shop.payments.gateway import Gateway
from shop.payments.stripe_snapshot import SessionSeen
from tests.engines import ONE_ENGINE
from tests.payments.conftest import SITE, Clock, Visitor

Told = Callable[[], list[str]]


@pytest.fixture
def visit(gateway: Gateway, wanted: Callable[..., dict[str, Any]], time: Clock) -> SessionSeen:
    return gateway.create_session(wanted(), "order-1-session-1")


@ONE_ENGINE
def test_the_page_says_that_no_money_moves_and_what_is_bought(tester: Visitor, visit: SessionSeen) -> None:
    page = tester.browser.get(f"/pay/{visit.id}")
    assert page.status_code == 200
    for words in (
        "No money moves, and this page is not Stripe",
        "Heart, sterling silver",
        "£255.95",
        "PM-7K3Q-2F",
    ):
        assert words in page.text
    assert "buyer@shop.example" not in page.text
    assert "Set-Cookie" not in page.headers


@ONE_ENGINE
def test_the_page_runs_nothing_inline_and_may_lead_back_to_the_shop(
    tester: Visitor, visit: SessionSeen
) -> None:
    page = tester.browser.get(f"/pay/{visit.id}")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {SITE};" in policy
    assert "<script" not in page.text
    assert "style=" not in page.text


@ONE_ENGINE
def test_who_pays_is_sent_on_with_the_sessions_id(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    answer = tester.choose(visit.id, "pays")
    assert answer.status_code == 303
    assert answer.location == f"{SITE}/checkout/thanks?session={visit.id}"
    snapshot = gateway.snapshot([visit.id])
    assert (snapshot.sessions[0].status, snapshot.sessions[0].payment_status) == ("complete", "paid")
    assert snapshot.sessions[0].url is None
    assert (snapshot.payments[0].status, snapshot.payments[0].amount_received) == ("succeeded", 25595)
    assert snapshot.payments[0].charge_id is not None
    assert told() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


@ONE_ENGINE
def test_pressing_pay_twice_pays_once(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    tester.choose(visit.id, "pays")
    again = tester.choose(visit.id, "pays")
    assert again.location == f"{SITE}/checkout/thanks?session={visit.id}"
    assert told().count("charge.succeeded") == 1


@ONE_ENGINE
def test_who_is_declined_stays_and_may_pay_with_another_card(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    answer = tester.choose(visit.id, "declined")
    assert answer.status_code == 200
    assert "The card was declined" in answer.text
    assert "<title>Error: " in answer.text
    snapshot = gateway.snapshot([visit.id])
    assert (snapshot.sessions[0].status, snapshot.payments[0].charge_id) == ("open", None)
    assert told() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    tester.choose(visit.id, "pays")
    snapshot = gateway.snapshot([visit.id])
    assert len(snapshot.payments) == 1
    assert snapshot.payments[0].amount_received == 25595


@ONE_ENGINE
def test_the_bank_asks_and_the_buyer_confirms(tester: Visitor, visit: SessionSeen, gateway: Gateway) -> None:
    answer = tester.choose(visit.id, "3ds")
    assert answer.location == f"/pay/{visit.id}/3ds"
    assert gateway.snapshot([visit.id]).payments[0].status == "requires_action"
    page = tester.browser.get(answer.location)
    assert "Confirm" in page.text
    assert tester.choose(visit.id, "confirmed").status_code == 303
    assert gateway.snapshot([visit.id]).payments[0].status == "succeeded"
    assert "has been used" in tester.browser.get(answer.location).text


@ONE_ENGINE
def test_the_bank_asks_and_the_buyer_does_not_confirm(
    tester: Visitor, visit: SessionSeen, gateway: Gateway
) -> None:
    tester.choose(visit.id, "3ds")
    tester.choose(visit.id, "3ds")
    answer = tester.choose(visit.id, "failed")
    assert "not confirmed with the bank" in answer.text
    assert gateway.snapshot([visit.id]).payments[0].status == "requires_payment_method"
    assert gateway.session(visit.id).status == "open"


@ONE_ENGINE
@pytest.mark.parametrize(
    ("outcome", "status", "payment", "event"),
    [
        ("arrives", "paid", "succeeded", "checkout.session.async_payment_succeeded"),
        ("fails", "unpaid", "requires_payment_method", "checkout.session.async_payment_failed"),
    ],
)
def test_who_pays_late_has_finished_and_not_yet_paid(
    tester: Visitor,
    visit: SessionSeen,
    gateway: Gateway,
    told: Told,
    outcome: str,
    status: str,
    payment: str,
    event: str,
) -> None:
    assert tester.choose(visit.id, "late").status_code == 303
    snapshot = gateway.snapshot([visit.id])
    assert (snapshot.sessions[0].status, snapshot.sessions[0].payment_status) == ("complete", "unpaid")
    assert (snapshot.payments[0].status, snapshot.payments[0].charge_id) == ("processing", None)
    assert told()[-1] == "checkout.session.completed"
    assert tester.post(f"/sessions/{visit.id}/settlement", outcome=outcome).status_code == 303
    snapshot = gateway.snapshot([visit.id])
    assert snapshot.sessions[0].payment_status == status
    assert snapshot.payments[0].status == payment
    assert told()[-1] == event
    assert tester.post(f"/sessions/{visit.id}/settlement", outcome=outcome).status_code == 422


@ONE_ENGINE
def test_who_walks_away_is_taken_back_and_nothing_has_happened(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    answer = tester.choose(visit.id, "leaves")
    assert (answer.status_code, answer.location) == (303, f"{SITE}/basket")
    assert gateway.session(visit.id) == visit
    assert told() == []


@ONE_ENGINE
def test_after_its_time_the_page_is_closed(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, time: Clock, told: Told
) -> None:
    time.pass_(minutes=31)
    page = tester.browser.get(f"/pay/{visit.id}")
    assert page.status_code == 410
    assert "Nothing was taken" in page.text
    assert tester.choose(visit.id, "pays").status_code == 410
    assert tester.choose(visit.id, "leaves").status_code == 410
    assert told() == ["checkout.session.expired"]


def test_a_choice_without_the_pages_own_token_changes_nothing(
    tester: Visitor, visit: SessionSeen, told: Told
) -> None:
    assert tester.browser.post(f"/pay/{visit.id}", data={"outcome": "pays"}).status_code == 400
    forged = {"outcome": "pays", "csrf_token": "1.00"}
    assert tester.browser.post(f"/pay/{visit.id}", data=forged).status_code == 400
    assert told() == []


@ONE_ENGINE
def test_a_choice_sent_from_another_site_changes_nothing(
    standin: Flask, visit: SessionSeen, told: Told
) -> None:
    visitor = Visitor(standin.test_client())
    visitor.browser.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    assert visitor.choose(visit.id, "pays").status_code == 400
    assert visitor.post("/payouts").status_code == 400
    assert told() == []


@ONE_ENGINE
def test_a_choice_that_is_none_is_asked_for_again(tester: Visitor, visit: SessionSeen, told: Told) -> None:
    assert tester.choose(visit.id, "steals").status_code == 422
    assert tester.choose(visit.id, "").status_code == 422
    assert told() == []


@ONE_ENGINE
def test_a_page_that_never_was_is_not_found(tester: Visitor) -> None:
    page = tester.browser.get("/pay/cs_test_nothing")
    assert page.status_code == 404
    assert "There is no such payment page" in page.text
