"""The tests' own Stripe does what the documentation says of Stripe, in good times and in bad ones."""

import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
import stripe

from shop import clock
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import CannotExpire, GatewayDown, GatewayRefused
from shop.payments.session_request import session_request
from shop.payments.stripe_client import API_VERSION
from tests.faults.stripe_server import after_sales, elsewhere, paying, payouts, specification
from tests.faults.stripe_server.account import Refusal
from tests.faults.stripe_server.faults import Fault
from tests.faults.stripe_server.server import SECRET_KEY, StripeServer
from tests.faults.stripe_server.wire import WEBHOOK_SECRET, gateway_to, on_a_port, signed, without_pauses

REFUNDS = "post /v1/refunds"
SESSIONS = "post /v1/checkout/sessions"


class Days:
    """The server's clock, which stands until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 7, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    found = Days()
    monkeypatch.setattr(clock, "now", found.now)
    without_pauses(monkeypatch)
    return found


@pytest.fixture
def server(days: Days) -> StripeServer:
    server = StripeServer()
    server.account.clock = days.now
    return server


@pytest.fixture
def gateway(server: StripeServer) -> Gateway:
    return gateway_to(server)


def wanted(days: Days, **change: Any) -> dict[str, Any]:
    """A payment page for two hearts and their postage, £173.95 in all."""
    return {
        **session_request(
            reference="PM-7K3Q-2F",
            email="buyer@shop.example",
            lines=[("Heart, sterling silver", 8500, 2)],
            postage=("Tracked post", 395),
            success_url="http://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}",
            cancel_url="http://shop.example/basket",
            expires_at=int(days.at.timestamp()) + 1_900,
        ),
        **change,
    }


def paid(gateway: Gateway, server: StripeServer, days: Days, key: str = "a") -> str:
    """A payment of £173.95. Gives its intent."""
    session = gateway.create_session(wanted(days), key)
    return str(paying.pay(server.account, session.id)["payment_intent"])


def balance(server: StripeServer) -> int:
    """What lies at Stripe, fees left out, in pence."""
    moves = server.account.all("balance_transaction")
    return sum(move["amount"] for move in moves)


def test_it_speaks_the_version_that_the_sdk_speaks() -> None:
    assert specification.VERSION == API_VERSION


def test_a_payment_from_page_to_payout_is_to_the_letter_of_the_specification(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    page = gateway.create_session(wanted(days), "a")
    assert (page.status, page.amount_total, page.payment_intent) == ("open", 17395, None)
    paying.decline(server.account, page.id)
    paying.pay(server.account, page.id)
    with pytest.raises(Refusal):
        paying.pay(server.account, page.id)  # twice
    with pytest.raises(CannotExpire):
        gateway.expire_session(page.id)
    seen = gateway.snapshot([page.id])
    assert (seen.sessions[0].payment_status, seen.payments[0].amount_received) == ("paid", 17395)
    gateway.refund(seen.payments[0].intent_id, 8500, "r")
    days.pass_(days=4)
    payout = payouts.pay_out(server.account)
    assert payout["amount"] == 17395 - 280 - 8500  # 20p and 1.5% of the payment are Stripe's
    assert sum(move.net for move in gateway.moves(payout=payout["id"])) == 0
    assert (gateway.balance().available, gateway.balance().pending) == (0, 0)
    assert [event["type"] for event in server.account.events] == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "refund.created",
        "charge.refunded",
        "payout.created",
        "payout.paid",
        "payout.reconciliation_completed",
    ]
    assert server.account.problems == []


@pytest.mark.parametrize(("arrives", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
def test_a_bank_debit_is_complete_at_once_and_paid_days_later(
    gateway: Gateway, server: StripeServer, days: Days, arrives: bool, status: str
) -> None:
    page = gateway.create_session(wanted(days), "a")
    paying.pay_late(server.account, page.id)
    assert gateway.snapshot([page.id]).payments[0].status == "processing"
    days.pass_(days=3)
    paying.late_money(server.account, page.id, arrives=arrives)
    assert gateway.snapshot([page.id]).payments[0].status == status
    assert balance(server) == (17395 if arrives else 0)
    assert server.account.problems == []


def test_a_page_closes_by_stripes_own_clock(gateway: Gateway, server: StripeServer, days: Days) -> None:
    page = gateway.create_session(wanted(days), "a")
    days.pass_(minutes=32)
    assert gateway.session(page.id).status == "expired"
    with pytest.raises(Refusal):
        paying.pay(server.account, page.id)
    for seconds in (1_799, 86_401):
        with pytest.raises(GatewayRefused):
            gateway.create_session(wanted(days, expires_at=int(days.at.timestamp()) + seconds), f"{seconds}")


def test_a_key_gives_the_same_refund_for_a_day_and_a_second_one_after_it(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    intent = paid(gateway, server, days)
    first = gateway.refund(intent, 8500, "same")
    days.pass_(hours=23, minutes=59)
    assert gateway.refund(intent, 8500, "same") == first
    days.pass_(minutes=1)
    assert gateway.refund(intent, 8500, "same") != first
    assert balance(server) == 395


def test_a_key_with_another_request_is_refused(gateway: Gateway, server: StripeServer, days: Days) -> None:
    intent = paid(gateway, server, days)
    gateway.refund(intent, 8500, "same")
    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(intent, 395, "same")
    assert refused.value.status == 400
    assert balance(server) == 17395 - 8500


@pytest.mark.parametrize(("fault", "made"), [(Fault.ERROR_BEFORE, 0), (Fault.ERROR_AFTER, 1)])
def test_a_500_is_repeated_under_its_key_for_a_day_whether_the_work_was_done_or_not(
    gateway: Gateway, server: StripeServer, days: Days, fault: Fault, made: int
) -> None:
    intent = paid(gateway, server, days)
    server.weather.foretold = [(REFUNDS, fault)]
    for _ in range(3):
        with pytest.raises(GatewayDown):
            gateway.refund(intent, 8500, "same")
        days.pass_(hours=7)
    assert len(server.account.all("refund")) == made
    gateway.refund(intent, 395, "another")
    days.pass_(hours=4)
    gateway.refund(intent, 8500, "same")
    assert len(server.account.all("refund")) == made + 2


def test_a_refusal_is_kept_under_its_key_too(gateway: Gateway, server: StripeServer, days: Days) -> None:
    intent = paid(gateway, server, days)
    server.account.short = "refused"
    for key in ("same", "same"):
        with pytest.raises(GatewayRefused) as refused:
            gateway.refund(intent, 8500, key)
        assert refused.value.code == "balance_insufficient"
        server.account.short = None
    assert gateway.refund(intent, 8500, "another").status == "succeeded"


@pytest.mark.parametrize(
    ("fault", "made"), [(Fault.RESET_BEFORE, 0), (Fault.SILENT, 0), (Fault.RESET_AFTER, 1)]
)
def test_a_lost_connection_tells_nothing_of_whether_the_work_was_done(
    gateway: Gateway, server: StripeServer, days: Days, fault: Fault, made: int
) -> None:
    intent = paid(gateway, server, days)
    server.weather.foretold = [(REFUNDS, fault)] * 2  # the SDK tries again once by itself
    with pytest.raises(GatewayDown):
        gateway.refund(intent, 8500, "same")
    assert len(server.account.all("refund")) == made
    gateway.refund(intent, 8500, "same")
    assert len(server.account.all("refund")) == 1


def test_over_a_port_the_connection_is_really_lost_and_time_is_stripes_own(
    server: StripeServer, days: Days
) -> None:
    with on_a_port(server) as address:
        gateway = Gateway.over_http(SECRET_KEY, WEBHOOK_SECRET, address)
        intent = paid(gateway, server, days)
        server.weather.foretold = [(REFUNDS, Fault.RESET_AFTER)]
        gateway.refund(intent, 8500, "same")
        assert (len(server.account.all("refund")), server.heard[REFUNDS]) == (1, 2)
        headers = {"Authorization": f"Bearer {SECRET_KEY}", "Stripe-Version": API_VERSION}
        server.weather.foretold = [("get /v1/balance", Fault.RESET_BEFORE)]
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{address}/v1/balance", headers=headers, timeout=5)
        answer = requests.get(f"{address}/v1/balance", headers=headers, timeout=5)
    assert parsedate_to_datetime(answer.headers["Date"]) == days.at
    assert server.account.problems == []


def test_a_refused_key_is_refused_for_an_hour(gateway: Gateway, server: StripeServer, days: Days) -> None:
    intent = paid(gateway, server, days)
    server.weather.outages = 1.0
    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(intent, 8500, "same")
    server.weather.outages = 0.0
    assert refused.value.status == 401
    days.pass_(minutes=59)
    with pytest.raises(GatewayRefused):
        gateway.balance()
    days.pass_(minutes=1)
    assert gateway.refund(intent, 8500, "same").status == "succeeded"  # nothing was kept under the key


@pytest.mark.parametrize(("fault", "tries"), [(Fault.BUSY, 1), (Fault.LOCKED, 2)])
def test_busy_and_locked_pass_and_keep_nothing(
    gateway: Gateway, server: StripeServer, days: Days, fault: Fault, tries: int
) -> None:
    intent = paid(gateway, server, days)
    server.weather.foretold = [(REFUNDS, fault)] * tries
    with pytest.raises(GatewayDown):
        gateway.refund(intent, 8500, "same")
    assert gateway.refund(intent, 8500, "same").status == "succeeded"


def test_refunds_wait_fail_and_are_listed_in_pages(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    intent = paid(gateway, server, days)
    made = [gateway.refund(intent, 1, f"{number}").id for number in range(123)]
    page = gateway.create_session(wanted(days), "b")
    session = server.account.objects[page.id]
    session["payment_intent"] = intent  # another way to the same payment
    assert [refund.id for refund in gateway.snapshot([page.id]).refunds] == made[::-1]
    server.account.short = "pending"
    waiting = gateway.refund(intent, 100, "waits")
    assert (waiting.status, balance(server)) == ("pending", 17395 - 123)
    server.account.short = None
    after_sales.settle_refund(server.account, waiting.id)
    assert balance(server) == 17395 - 223
    after_sales.fail_refund(server.account, waiting.id)
    after_sales.fail_refund(server.account, made[0])
    assert balance(server) == 17395 - 122
    assert gateway.refund(intent, 17395 - 122, "the rest").status == "succeeded"
    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(intent, 1, "more")
    assert refused.value.code == "charge_already_refunded"
    assert server.account.problems == []


@pytest.mark.parametrize(
    ("how", "end", "left"),
    [
        ({}, {"won": True}, 17395),
        ({}, {"won": False}, 395),
        ({}, {"won": True, "gives_back": 5000}, 5395),
        ({"status": "warning_needs_response"}, {"won": True}, 17395),
        ({"status": "prevented", "withdrawn": 17000}, None, 395),
        ({"status": "prevented", "withdrawn": 0}, None, 17395),
    ],
)
def test_a_dispute_takes_what_its_balance_transactions_say(
    gateway: Gateway,
    server: StripeServer,
    days: Days,
    how: dict[str, Any],
    end: dict[str, Any] | None,
    left: int,
) -> None:
    intent = paid(gateway, server, days)
    opened = after_sales.dispute(server.account, intent, 17000, **how)
    if end:
        after_sales.close_dispute(server.account, opened["id"], **end)
    seen = next(iter(gateway._disputes(intent)))
    assert (balance(server), 17395 - seen.withdrawn_pence) == (left, left)
    assert server.account.problems == []


def test_a_disputed_charge_cannot_be_refunded_and_an_inquiry_can(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    intent = paid(gateway, server, days)
    inquiry = after_sales.dispute(server.account, intent, 17395, status="warning_needs_response")
    gateway.refund(intent, 100, "during the inquiry")
    after_sales.escalate(server.account, inquiry["id"])
    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(intent, 100, "during the dispute")
    assert refused.value.code == "charge_disputed"


def test_a_payout_that_comes_back_lies_at_stripe_again(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    paid(gateway, server, days)
    days.pass_(days=4)
    payout = payouts.pay_out(server.account)
    payouts.fail(server.account, payout["id"])
    assert next(iter(gateway.payouts())).status == "failed"
    assert gateway.balance().available == payout["amount"]
    assert server.account.problems == []


def test_a_payout_under_way_and_one_by_hand_are_as_stripe_tells_of_them(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    for ends in (payouts.arrive, payouts.fail, payouts.cancel):
        paid(gateway, server, days, key=ends.__name__)
        days.pass_(days=4)
        under_way = payouts.pay_out(server.account, arrives=False)
        told = (under_way["status"], under_way["reconciliation_status"])
        assert told == ("in_transit", "in_progress")
        ends(server.account, under_way["id"])
        with pytest.raises(Refusal):
            payouts.cancel(server.account, under_way["id"])
    paid(gateway, server, days, key="another")
    days.pass_(days=4)
    by_hand = payouts.withdraw(server.account)
    assert (by_hand["status"], by_hand["reconciliation_status"]) == ("paid", "not_applicable")
    with pytest.raises(GatewayRefused):
        list(gateway.moves(payout=by_hand["id"]))
    assert gateway.balance().available == 0
    assert server.account.problems == []


def test_what_else_sells_on_the_account_and_other_currencies_are_in_its_balance(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    candle = elsewhere.sell(server.account, 1200)
    elsewhere.give_back(server.account, candle, 200)
    elsewhere.sell(server.account, 9900, currency="usd")
    elsewhere.bill(server.account, 700)
    elsewhere.top_up(server.account, 5000)
    assert candle["metadata"] == elsewhere.PRODUCT
    assert gateway.balance().pending == 1200 - 38 - 200 - 700 + 5000
    days.pass_(days=4)
    assert payouts.pay_out(server.account, currency="usd")["amount"] == 9900 - 168
    assert gateway.balance().available == 1200 - 38 - 200 - 700 + 5000
    assert server.account.problems == []


def test_a_charge_may_be_there_days_before_its_balance_transaction(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    server.account.moves_after = 2 * 86_400
    intent = paid(gateway, server, days)
    assert list(gateway.moves()) == []
    days.pass_(days=2)
    (move,) = gateway.moves()
    assert (move.amount, move.source) == (17395, server.account.objects[intent]["latest_charge"])
    assert server.account.events[-1]["type"] == "charge.updated"
    assert server.account.problems == []


def test_its_webhooks_are_believed_and_a_changed_one_is_not(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    paid(gateway, server, days)
    body, signature = signed(server.account.events[-1], server.account.now())
    assert gateway.read_event(body, signature).order_reference == "PM-7K3Q-2F"
    with pytest.raises(Exception, match="signature"):
        gateway.read_event(body.replace(b"PM-7K3Q-2F", b"PM-7K3Q-2G"), signature)


def test_the_specification_notices_an_invented_field_a_missing_one_and_a_wrong_word(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    page = dict(server.account.objects[gateway.create_session(wanted(days), "a").id])
    operation = ("get", "/v1/checkout/sessions/{session}")
    assert specification.answer_problems(operation, 200, page) == []
    for change in ({"mood": "fine"}, {"status": "closed"}, {"amount_total": "173.95"}):
        assert specification.answer_problems(operation, 200, page | change)
    del page["expires_at"]
    assert specification.answer_problems(operation, 200, page)


def test_the_specification_notices_a_request_that_stripe_would_refuse(
    server: StripeServer, days: Days
) -> None:
    client = stripe.StripeClient(
        SECRET_KEY,
        base_addresses={"api": "http://stripe.invalid"},
        http_client=gateway_to(server)._client._requestor._client,
    )
    for change in (
        {"payment_method_types": ["card"]},
        {"mode": "gift"},
        {"line_items": [{"quantity": "two"}]},
    ):
        before = len(server.account.problems)
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.checkout.sessions.create({**wanted(days), **change})  # type: ignore[typeddict-item]
        assert len(server.account.problems) > before


def test_a_bad_weather_draws_every_fault_and_the_server_stays_true_to_the_specification(
    gateway: Gateway, server: StripeServer, days: Days
) -> None:
    server.weather.chance = random.Random(7)
    server.weather.rate_of_writes, server.weather.outages = 0.4, 0.01
    asked = answered = 0
    while len(server.weather.drawn) < len(Fault):
        asked += 1
        days.pass_(minutes=20)
        try:
            gateway.create_session(wanted(days), f"{asked}")
            answered += 1
        except (GatewayDown, GatewayRefused):
            pass
    assert 0 < answered < asked
    assert server.account.problems == []
    assert json.dumps(server.account.events)  # every event could be sent as it stands
