"""The tester's dashboard: what happens at banks and at Stripe, one button each."""

from collections.abc import Callable
from typing import Any

import pytest

from shop.payments.gateway import Gateway
from shop.payments.stripe_snapshot import DisputeSeen, SessionSeen
from shop.standin.money_objects import DISPUTE_FEE, charge_fee
from tests.engines import ONE_ENGINE
from tests.payments.conftest import Clock, Visitor

Told = Callable[[], list[str]]
PAID = 25595


@pytest.fixture
def visit(
    gateway: Gateway, wanted: Callable[..., dict[str, Any]], time: Clock, tester: Visitor
) -> SessionSeen:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "pays")
    return gateway.session(made.id)


@ONE_ENGINE
def test_the_dashboard_shows_references_and_amounts_and_no_person(
    tester: Visitor, visit: SessionSeen
) -> None:
    page = tester.browser.get("/").text
    assert "PM-7K3Q-2F, £255.95" in page
    assert "Charge of £255.95: succeeded" in page
    assert "buyer" not in page


@ONE_ENGINE
def test_an_empty_dashboard_says_so(tester: Visitor) -> None:
    assert "Nothing has been bought yet" in tester.browser.get("/").text


@ONE_ENGINE
@pytest.mark.parametrize(
    ("fields", "given_back"),
    [({"amount": "12.50"}, 1250), ({"amount": "£ 8"}, 800), ({"pence": "8200"}, 8200), ({}, PAID)],
)
def test_any_amount_or_a_lines_price_is_refunded(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, fields: dict[str, str], given_back: int
) -> None:
    assert tester.post(f"/payments/{visit.payment_intent}/refunds", **fields).status_code == 303
    assert [one.amount for one in gateway.snapshot([visit.id]).refunds] == [given_back]


@ONE_ENGINE
@pytest.mark.parametrize("amount", ["-1", "0", "1.234", "nan", "Infinity", "twelve", "1e9", "9999999", "256"])
def test_an_amount_that_makes_no_sense_is_said_and_nothing_happens(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, amount: str
) -> None:
    answer = tester.post(f"/payments/{visit.payment_intent}/refunds", amount=amount)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert gateway.snapshot([visit.id]).refunds == ()


@ONE_ENGINE
def test_a_refund_that_fails_can_be_made_again(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    tester.post(f"/payments/{visit.payment_intent}/refunds")
    made = gateway.snapshot([visit.id]).refunds[0]
    tester.post(f"/refunds/{made.id}/failure")
    assert gateway.snapshot([visit.id]).refunds[0].status == "failed"
    assert told()[-3:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert tester.post(f"/refunds/{made.id}/failure").status_code == 422
    assert tester.post(f"/payments/{visit.payment_intent}/refunds").status_code == 303
    assert sum(move.net for move in gateway.moves()) == -charge_fee(PAID)


def dispute(gateway: Gateway, visit: SessionSeen) -> DisputeSeen:
    (found,) = gateway.snapshot([visit.id]).disputes
    return found


@ONE_ENGINE
def test_a_dispute_takes_the_money_and_won_gives_it_back(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    tester.post(f"/payments/{visit.payment_intent}/disputes")
    opened = dispute(gateway, visit)
    assert (opened.status, opened.amount, opened.withdrawn_pence) == ("needs_response", PAID, PAID)
    assert told()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    tester.post(f"/disputes/{opened.id}/outcome", outcome="won")
    assert (dispute(gateway, visit).status, dispute(gateway, visit).withdrawn_pence) == ("won", 0)
    assert told()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert sum(move.net for move in gateway.moves()) == PAID - charge_fee(PAID) - DISPUTE_FEE


@ONE_ENGINE
def test_a_dispute_over_a_part_lost_keeps_that_part(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    tester.post(f"/payments/{visit.payment_intent}/refunds", amount="55.95")
    tester.post(f"/payments/{visit.payment_intent}/disputes", amount="200", kind="chargeback")
    assert tester.post(f"/payments/{visit.payment_intent}/disputes").status_code == 422
    opened = dispute(gateway, visit)
    tester.post(f"/disputes/{opened.id}/outcome", outcome="lost")
    assert (dispute(gateway, visit).status, dispute(gateway, visit).withdrawn_pence) == ("lost", 20000)
    assert told()[-1] == "charge.dispute.closed"
    assert tester.post(f"/disputes/{opened.id}/outcome", outcome="won").status_code == 422


@ONE_ENGINE
def test_an_inquiry_takes_nothing(tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told) -> None:
    tester.post(f"/payments/{visit.payment_intent}/disputes", kind="inquiry")
    opened = dispute(gateway, visit)
    assert (opened.status, opened.withdrawn_pence) == ("warning_needs_response", 0)
    tester.post(f"/disputes/{opened.id}/outcome", outcome="won")
    assert (dispute(gateway, visit).status, dispute(gateway, visit).withdrawn_pence) == ("warning_closed", 0)
    assert "charge.dispute.funds_reinstated" not in told()


@ONE_ENGINE
def test_what_was_not_paid_is_neither_refunded_nor_disputed(
    tester: Visitor, gateway: Gateway, wanted: Callable[..., dict[str, Any]], time: Clock
) -> None:
    made = gateway.create_session(wanted(), "order-1-session-1")
    tester.choose(made.id, "declined")
    intent = gateway.session(made.id).payment_intent
    assert tester.post(f"/payments/{intent}/refunds").status_code == 422
    assert tester.post(f"/payments/{intent}/disputes").status_code == 422
    assert tester.post("/payments/pi_nothing/disputes").status_code == 422


@ONE_ENGINE
def test_an_open_session_is_expired_and_a_paid_one_is_not(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, wanted: Callable[..., dict[str, Any]]
) -> None:
    made = gateway.create_session(wanted(), "order-2-session-1")
    assert tester.post(f"/sessions/{made.id}/expiry").status_code == 303
    assert gateway.session(made.id).status == "expired"
    assert tester.post(f"/sessions/{visit.id}/expiry").status_code == 422


@ONE_ENGINE
def test_the_balance_is_paid_out_once_and_comes_back_when_that_fails(
    tester: Visitor, visit: SessionSeen, gateway: Gateway, told: Told
) -> None:
    whole = PAID - charge_fee(PAID)
    assert (gateway.balance().available, gateway.balance().pending) == (0, whole)
    tester.post("/payouts")
    assert (gateway.balance().available, gateway.balance().pending) == (0, 0)
    assert tester.post("/payouts").status_code == 422
    (payout,) = gateway.payouts()
    assert (payout.amount, payout.status, payout.reconciliation_status) == (whole, "paid", "completed")
    assert told()[-1] == "payout.reconciliation_completed"
    tester.post(f"/payouts/{payout.id}/failure")
    assert tester.post(f"/payouts/{payout.id}/failure").status_code == 422
    assert next(gateway.payouts()).status == "failed"
    assert gateway.balance().available + gateway.balance().pending == whole


@ONE_ENGINE
def test_an_old_page_is_not_acted_on(tester: Visitor, visit: SessionSeen, gateway: Gateway) -> None:
    answer = tester.browser.post(f"/payments/{visit.payment_intent}/refunds", data={"csrf_token": "1.00"})
    assert answer.status_code == 422
    assert gateway.snapshot([visit.id]).refunds == ()
