"""A refund that is owed goes back once: whatever Stripe answers, however late, for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shop import alerts, stock
from shop.alerts import AlertKind
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import RefundState
from shop.payments.models import RefundRequest
from shop.payments.reconciliation import reconcile
from shop.payments.refund_sending import CLAIMED, carry_out
from shop.payments.refunds import ask
from shop.payments.services import Services
from shop.payments.sweep import look_at_all, sweep
from shop.payments.sync import sync_order
from tests.payments.test_sweep import later
from tests.payments.webhook_client import hooked
from tests.trade import Trade


@pytest.fixture
def order(trade: Trade) -> int:
    """A paid order of a disc and a petal."""
    placed = trade.place("disc", "petal")
    trade.pays(placed)
    trade.looks(placed)
    return placed


@pytest.fixture
def sold_out(trade: Trade) -> int:
    """An order that was paid after the last piece had gone to somebody else; nobody has looked yet."""
    placed = trade.place("disc")
    trade.pays(placed)
    with trade.database.transaction() as session:
        stock.release(session, trade.order(placed).hold_id)
    trade.set_stock("disc", 0)
    return placed


def request_of(trade: Trade, order: int) -> RefundRequest:
    with trade.database.reading() as session:
        return session.scalars(select(RefundRequest).where(RefundRequest.order_id == order)).one()


def asked(trade: Trade, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    with trade.database.transaction() as session:
        return ask(session, order, lines=lines, postage=postage, actor="owner@example.com")


def at_stripe(trade: Trade, order: int) -> list[int]:
    """What went back, by Stripe's own word, in pence."""
    found = trade.services.gateway.snapshot([trade.session_id(order)])
    return [refund.amount for refund in found.refunds if refund.status == "succeeded"]


def told(trade: Trade) -> list[tuple[AlertKind, str]]:
    with trade.database.reading() as session:
        return [(AlertKind(alert.kind), alert.about) for alert in alerts.open_alerts(session)]


def loses_the_answer(do: Callable[..., Any], *args: Any) -> Any:
    do(*args)
    raise GatewayDown("no answer")


def fails_after_the_work(do: Callable[..., Any], *args: Any) -> Any:
    do(*args)
    raise GatewayDown("APIError", 500)


def fails_before_the_work(_do: Callable[..., Any], *_args: Any) -> Any:
    raise GatewayDown("APIError", 500)


def refuses(status: int, code: str | None) -> Callable[..., Any]:
    def refuse(*_: Any) -> Any:
        raise GatewayRefused(code, "", status)

    return refuse


@pytest.mark.parametrize("after", [timedelta(minutes=10), timedelta(hours=24, minutes=1), timedelta(days=40)])
@pytest.mark.parametrize("trouble", [loses_the_answer, fails_after_the_work])
def test_a_refund_whose_answer_was_lost_is_found_and_not_sent_again(
    trade: Trade,
    order: int,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[..., Any],
    after: timedelta,
) -> None:
    asked(trade, order, 2)
    sync_order(hooked(trade.services, refund=trouble), order)
    later(monkeypatch, after)
    for _ in range(2):
        sweep(trade.services)
        look_at_all(trade.services)
    assert at_stripe(trade, order) == [trade.wish_price("petal")]
    assert trade.given() == 500
    assert request_of(trade, order).state == RefundState.SENT
    assert reconcile(trade.services) == []


def test_a_process_that_looked_before_the_refund_was_made_finds_it_before_it_sends(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(trade, order, 2)
    sync_order(hooked(trade.services, refund=loses_the_answer), order)
    later(monkeypatch, timedelta(hours=24, minutes=1))
    assert carry_out(trade.services, request_of(trade, order))
    assert at_stripe(trade, order) == [trade.wish_price("petal")]
    assert request_of(trade, order).state == RefundState.SENT


def test_a_failure_that_stripe_repeats_for_a_day_under_its_key_is_answered_with_another_key(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []

    def repeats_the_failure(do: Callable[..., Any], *args: Any) -> Any:
        key = str(args[2])
        keys.append(key)
        if key == keys[0]:
            raise GatewayDown("APIError", 500)
        return do(*args)

    services = hooked(trade.services, refund=repeats_the_failure)
    asked(trade, order, 1)
    sync_order(services, order)
    assert at_stripe(trade, order) == []
    later(monkeypatch, timedelta(minutes=6))
    sweep(services)
    assert at_stripe(trade, order) == [trade.wish_price("disc")]
    assert len(set(keys)) == len(keys) == 2


def test_a_refund_on_the_third_page_of_the_list_is_found(trade: Trade, order: int) -> None:
    asked(trade, order, 1)
    sync_order(hooked(trade.services, refund=loses_the_answer), order)
    for _ in range(205):
        trade.refunds(order, 1)
    trade.looks(order)
    assert at_stripe(trade, order).count(trade.wish_price("disc")) == 1


def test_an_equal_refund_from_the_dashboard_is_not_taken_for_ours(trade: Trade, order: int) -> None:
    asked(trade, order, 2)
    sync_order(hooked(trade.services, refund=fails_before_the_work), order)
    by_hand = trade.refunds(order, trade.wish_price("petal"))
    trade.looks(order)
    assert request_of(trade, order).stripe_id != by_hand


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "api_key_expired"),
        (403, None),
        (400, "balance_insufficient"),
        (402, "insufficient_funds"),
        (400, "charge_disputed"),
    ],
)
def test_a_refusal_that_may_pass_is_tried_again_until_it_has_passed_and_the_owner_is_told(
    trade: Trade,
    sold_out: int,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str | None,
) -> None:
    assert sync_order(hooked(trade.services, refund=refuses(status, code)), sold_out) is State.REVIEW
    reference = trade.order(sold_out).reference
    assert told(trade) == [(AlertKind.REFUND_WAITS, reference)]
    assert any(reference in said for said in reconcile(hooked(trade.services, refund=refuses(status, code))))
    later(monkeypatch, timedelta(minutes=6))
    sweep(trade.services)
    assert trade.order(sold_out).state == State.REFUNDED
    assert trade.kept_pence(sold_out) == 0
    assert (told(trade), reconcile(trade.services)) == ([], [])


def test_the_pauses_between_tries_grow_to_some_hours(
    trade: Trade, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def refuse(*_: Any) -> Any:
        nonlocal tries
        tries += 1
        raise GatewayRefused("api_key_expired", "", 401)

    services = hooked(trade.services, refund=refuse)
    sync_order(services, sold_out)
    for _ in range(12 * 24):
        later(monkeypatch, timedelta(minutes=5))
        sweep(services)
    assert 6 < tries < 20
    later(monkeypatch, timedelta(hours=6))
    sweep(trade.services)
    assert trade.order(sold_out).state == State.REFUNDED


def test_a_refusal_for_good_waits_for_a_person_and_is_never_forgotten(
    trade: Trade, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = hooked(trade.services, refund=refuses(400, "parameter_invalid"))
    sync_order(refusing, sold_out)
    reference = trade.order(sold_out).reference
    assert told(trade) == [(AlertKind.REFUND_REFUSED, reference)]
    later(monkeypatch, timedelta(days=3))
    sweep(trade.services)
    assert at_stripe(trade, sold_out) == []
    assert [said for said in reconcile(trade.services) if reference in said and "refund" in said]


def test_a_refund_the_bank_sends_back_is_owed_again_and_the_owner_is_told(
    trade: Trade, sold_out: int
) -> None:
    trade.looks(sold_out)
    stripe_id = request_of(trade, sold_out).stripe_id
    assert stripe_id
    trade.refund_fails(stripe_id)
    assert trade.looks(sold_out) is State.REVIEW
    reference = trade.order(sold_out).reference
    assert told(trade) == [(AlertKind.REFUND_SENT_BACK, reference)]
    assert [said for said in reconcile(trade.services) if reference in said and "refund" in said]


def test_what_went_back_from_the_dashboard_in_the_meantime_is_owed_no_more(
    trade: Trade, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = hooked(trade.services, refund=refuses(401, "api_key_expired"))
    sync_order(refusing, sold_out)
    trade.refunds(sold_out, 1000)
    sync_order(refusing, sold_out)
    assert request_of(trade, sold_out).amount_pence == trade.order(sold_out).total_pence - 1000
    trade.refunds(sold_out)
    assert sync_order(refusing, sold_out) is State.REFUNDED
    later(monkeypatch, timedelta(hours=7))
    sweep(trade.services)
    assert request_of(trade, sold_out).state == RefundState.WITHDRAWN
    assert (trade.kept_pence(sold_out), reconcile(trade.services)) == (0, [])


def test_only_one_process_at_a_time_sends_a_refund(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(trade, order, 1)
    inside: list[bool] = []

    def meanwhile(do: Callable[..., Any], *args: Any) -> Any:
        inside.append(carry_out(trade.services, request))
        return do(*args)

    assert carry_out(hooked(trade.services, refund=meanwhile), request)
    assert inside == [False]
    assert at_stripe(trade, order) == [trade.wish_price("disc")]


def test_a_refund_whose_sender_died_is_sent_by_another_after_a_while(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> Any:
        raise SystemExit

    asked(trade, order, 1)
    with pytest.raises(SystemExit):
        sync_order(hooked(trade.services, refund=dies), order)
    trade.looks(order)
    assert at_stripe(trade, order) == []
    later(monkeypatch, CLAIMED)
    sweep(trade.services)
    assert at_stripe(trade, order) == [trade.wish_price("disc")]


def test_a_second_payment_is_returned_however_long_stripe_refuses(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def services(status: int) -> Services:
        return hooked(trade.services, refund=refuses(status, "api_key_expired"))

    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    asked(trade, order, 1, postage=True)
    for hours in range(4):
        sync_order(services(403 if hours % 2 else 401), order)
        later(monkeypatch, timedelta(hours=hours))
    later(monkeypatch, timedelta(hours=7))
    sweep(trade.services)
    assert trade.kept_pence(order) == 0
