"""A refund that is owed goes back once: whatever Stripe answers, however late, for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shop import alerts, stock
from shop.alerts import AlertKind
from shop.orders.lifecycle import State
from shop.payments import gateway
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import RefundState
from shop.payments.models import RefundRequest
from shop.payments.refund_sending import CLAIMED, carry_out
from shop.payments.refunds import ask
from shop.payments.services import Services
from shop.payments.sweep import look_at_all, sweep
from shop.payments.sync import sync_order
from shop.reconciliation.reconciling import reconcile
from tests.engines import ONE_ENGINE, SAME_SQL
from tests.harness import Harness
from tests.payments.test_sweep import later
from tests.payments.webhook_client import hooked


@pytest.fixture
def order(harness: Harness) -> int:
    """A paid order of a disc and a petal."""
    placed = harness.place("disc", "petal")
    harness.pays(placed)
    harness.sync(placed)
    return placed


@pytest.fixture
def sold_out(harness: Harness) -> int:
    """An order that was paid after the last piece had gone to somebody else; nobody has looked yet."""
    placed = harness.place("disc")
    harness.pays(placed)
    with harness.database.transaction() as session:
        stock.release(session, harness.order(placed).hold_id)
    harness.set_stock("disc", 0)
    return placed


def request_of(harness: Harness, order: int) -> RefundRequest:
    with harness.database.reading() as session:
        return session.scalars(select(RefundRequest).where(RefundRequest.order_id == order)).one()


def asked(harness: Harness, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    with harness.database.transaction() as session:
        return ask(session, order, lines=lines, postage=postage, actor="owner@example.com")


def at_stripe(harness: Harness, order: int) -> list[int]:
    """What went back, by Stripe's own word, in pence."""
    found = harness.services.gateway.snapshot([harness.session_id(order)])
    return [refund.amount for refund in found.refunds if refund.status == "succeeded"]


def told(harness: Harness) -> list[tuple[AlertKind, str]]:
    with harness.database.reading() as session:
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


@ONE_ENGINE
@pytest.mark.parametrize("after", [timedelta(minutes=10), timedelta(hours=24, minutes=1), timedelta(days=40)])
@pytest.mark.parametrize("trouble", [loses_the_answer, fails_after_the_work])
def test_a_refund_whose_answer_was_lost_is_found_and_not_sent_again(
    harness: Harness,
    order: int,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[..., Any],
    after: timedelta,
) -> None:
    asked(harness, order, 2)
    sync_order(hooked(harness.services, refund=trouble), order)
    later(monkeypatch, after)
    for _ in range(2):
        sweep(harness.services)
        look_at_all(harness.services)
    assert at_stripe(harness, order) == [harness.price_of("petal")]
    assert harness.given() == 500
    assert request_of(harness, order).state == RefundState.SENT
    assert reconcile(harness.services) == []


@ONE_ENGINE
def test_a_process_that_looked_before_the_refund_was_made_finds_it_before_it_sends(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(harness, order, 2)
    sync_order(hooked(harness.services, refund=loses_the_answer), order)
    later(monkeypatch, timedelta(hours=24, minutes=1))
    assert carry_out(harness.services, request_of(harness, order))
    assert at_stripe(harness, order) == [harness.price_of("petal")]
    assert request_of(harness, order).state == RefundState.SENT


@ONE_ENGINE
def test_a_failure_that_stripe_repeats_for_a_day_under_its_key_is_answered_with_another_key(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []

    def repeats_the_failure(do: Callable[..., Any], *args: Any) -> Any:
        key = str(args[2])
        keys.append(key)
        if key == keys[0]:
            raise GatewayDown("APIError", 500)
        return do(*args)

    services = hooked(harness.services, refund=repeats_the_failure)
    asked(harness, order, 1)
    sync_order(services, order)
    assert at_stripe(harness, order) == []
    later(monkeypatch, timedelta(minutes=6))
    sweep(services)
    assert at_stripe(harness, order) == [harness.price_of("disc")]
    assert len(set(keys)) == len(keys) == 2


def test_a_refund_on_the_third_page_of_the_list_is_found(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "PAGE", 4)
    asked(harness, order, 1)
    sync_order(hooked(harness.services, refund=loses_the_answer), order)
    for _ in range(2 * gateway.PAGE + 1):
        harness.refunds(order, 1)
    harness.sync(order)
    assert at_stripe(harness, order).count(harness.price_of("disc")) == 1


@ONE_ENGINE
def test_an_equal_refund_from_the_dashboard_is_not_taken_for_ours(harness: Harness, order: int) -> None:
    asked(harness, order, 2)
    sync_order(hooked(harness.services, refund=fails_before_the_work), order)
    by_hand = harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    assert request_of(harness, order).stripe_id != by_hand


@SAME_SQL
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
    harness: Harness,
    sold_out: int,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str | None,
) -> None:
    assert sync_order(hooked(harness.services, refund=refuses(status, code)), sold_out) is State.REVIEW
    reference = harness.order(sold_out).reference
    assert told(harness) == [(AlertKind.REFUND_WAITS, reference)]
    assert any(
        reference in said for said in reconcile(hooked(harness.services, refund=refuses(status, code)))
    )
    later(monkeypatch, timedelta(minutes=6))
    sweep(harness.services)
    assert harness.order(sold_out).state == State.REFUNDED
    assert harness.kept_pence(sold_out) == 0
    assert (told(harness), reconcile(harness.services)) == ([], [])


def test_the_pauses_between_tries_grow_to_some_hours(
    harness: Harness, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def refuse(*_: Any) -> Any:
        nonlocal tries
        tries += 1
        raise GatewayRefused("api_key_expired", "", 401)

    services = hooked(harness.services, refund=refuse)
    sync_order(services, sold_out)
    for _ in range(4 * 24):
        later(monkeypatch, timedelta(minutes=15))
        sweep(services)
    assert 6 < tries < 20
    later(monkeypatch, timedelta(hours=6))
    sweep(harness.services)
    assert harness.order(sold_out).state == State.REFUNDED


@ONE_ENGINE
def test_a_refusal_for_good_waits_for_a_person_and_is_never_forgotten(
    harness: Harness, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = hooked(harness.services, refund=refuses(400, "parameter_invalid"))
    sync_order(refusing, sold_out)
    reference = harness.order(sold_out).reference
    assert told(harness) == [(AlertKind.REFUND_REFUSED, reference)]
    later(monkeypatch, timedelta(days=3))
    sweep(harness.services)
    assert at_stripe(harness, sold_out) == []
    assert [said for said in reconcile(harness.services) if reference in said and "refund" in said]


@ONE_ENGINE
def test_a_refund_the_bank_sends_back_is_owed_again_and_the_owner_is_told(
    harness: Harness, sold_out: int
) -> None:
    harness.sync(sold_out)
    stripe_id = request_of(harness, sold_out).stripe_id
    assert stripe_id
    harness.refund_fails(stripe_id)
    assert harness.sync(sold_out) is State.REVIEW
    reference = harness.order(sold_out).reference
    assert told(harness) == [(AlertKind.REFUND_SENT_BACK, reference)]
    assert [said for said in reconcile(harness.services) if reference in said and "refund" in said]


def test_what_went_back_from_the_dashboard_in_the_meantime_is_owed_no_more(
    harness: Harness, sold_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = hooked(harness.services, refund=refuses(401, "api_key_expired"))
    sync_order(refusing, sold_out)
    harness.refunds(sold_out, 1000)
    sync_order(refusing, sold_out)
    assert request_of(harness, sold_out).amount_pence == harness.order(sold_out).total_pence - 1000
    harness.refunds(sold_out)
    assert sync_order(refusing, sold_out) is State.REFUNDED
    later(monkeypatch, timedelta(hours=7))
    sweep(harness.services)
    assert request_of(harness, sold_out).state == RefundState.WITHDRAWN
    assert (harness.kept_pence(sold_out), reconcile(harness.services)) == (0, [])


@ONE_ENGINE
def test_only_one_process_at_a_time_sends_a_refund(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(harness, order, 1)
    inside: list[bool] = []

    def meanwhile(do: Callable[..., Any], *args: Any) -> Any:
        inside.append(carry_out(harness.services, request))
        return do(*args)

    assert carry_out(hooked(harness.services, refund=meanwhile), request)
    assert inside == [False]
    assert at_stripe(harness, order) == [harness.price_of("disc")]


@ONE_ENGINE
def test_a_refund_whose_sender_died_is_sent_by_another_after_a_while(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any) -> Any:
        raise SystemExit

    asked(harness, order, 1)
    with pytest.raises(SystemExit):
        sync_order(hooked(harness.services, refund=dies), order)
    harness.sync(order)
    assert at_stripe(harness, order) == []
    later(monkeypatch, CLAIMED)
    sweep(harness.services)
    assert at_stripe(harness, order) == [harness.price_of("disc")]


def test_a_second_payment_is_returned_however_long_stripe_refuses(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def services(status: int) -> Services:
        return hooked(harness.services, refund=refuses(status, "api_key_expired"))

    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    asked(harness, order, 1, postage=True)
    for hours in range(4):
        sync_order(services(403 if hours % 2 else 401), order)
        later(monkeypatch, timedelta(hours=hours))
    later(monkeypatch, timedelta(hours=7))
    sweep(harness.services)
    assert harness.kept_pence(order) == 0
