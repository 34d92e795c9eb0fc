"""What moved at Stripe is read as Stripe has it, each row once, however often the reading is broken off."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from shop import privacy
from shop.alerts import AlertKind, open_alerts
from shop.bookkeeping.balance_transaction_reading import (
    Progress,
    read_again,
    read_balance_transactions,
    read_if_due,
)
from shop.bookkeeping.models import About, BalanceTransaction, BalanceTransactionReading, Payout, Stage
from shop.db import Database
from shop.giving import month_close
from shop.payments import balance_transaction_pages
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.standin import after_sales
from shop.standin.models import StandinObject
from shop.standin.money_objects import charge_fee
from tests.bookkeeping.helpers import pays, pays_out
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.conftest import Clock
from tests.payments.webhook_client import hooked


def rows(harness: Harness) -> Sequence[BalanceTransaction]:
    with harness.database.reading() as session:
        return session.scalars(select(BalanceTransaction).order_by(BalanceTransaction.created)).all()


def payouts(harness: Harness) -> Sequence[Payout]:
    with harness.database.reading() as session:
        return session.scalars(select(Payout).order_by(Payout.created)).all()


def state(harness: Harness) -> BalanceTransactionReading:
    with harness.database.reading() as session:
        return session.scalars(select(BalanceTransactionReading)).one()


def matched(harness: Harness) -> list[tuple[str, str | None, int | None]]:
    return sorted(((row.reporting_category, row.about, row.order_id) for row in rows(harness)), key=str)


@ONE_ENGINE
def test_a_busy_week_is_read_row_by_row_with_the_order_that_each_is_about(
    harness: Harness, time: Clock
) -> None:
    kept, partly, failing, disputed = (pays(harness, "disc", "petal") for _ in range(4))
    harness.refunds(partly, harness.price_of("petal"))
    refund, dispute = harness.refunds(failing), harness.disputes(disputed)
    for order in (failing, disputed):
        harness.sync(order)
    harness.refund_fails(refund)
    harness.dispute_ends(dispute, won=True)
    for order in (partly, failing, disputed):
        harness.sync(order)
    payout = pays_out(harness)
    told: list[Progress] = []
    read_balance_transactions(harness.services, told.append)
    assert told[-1].finished
    assert [(row.payout_id) for row in rows(harness)] == [payout] * len(rows(harness))
    assert matched(harness) == sorted(
        [("charge", About.PAYMENT, order) for order in (kept, partly, failing, disputed)]
        + [("refund", About.REFUND, order) for order in (partly, failing)]
        + [("refund_failure", About.REFUND, failing), ("payout", None, None)]
        + [("dispute", About.DISPUTE, disputed), ("dispute_reversal", About.DISPUTE, disputed)],
        key=str,
    )
    balance = harness.services.gateway.balance()
    assert sum(row.net for row in rows(harness)) == balance.available + balance.pending == 0
    before = [vars(row) for row in rows(harness)]
    time.pass_(days=1)
    read_balance_transactions(harness.services)
    assert len(rows(harness)) == len(before)


def test_a_reading_that_is_broken_off_goes_on_at_the_next_page(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balance_transaction_pages, "PAGE", 2)
    for _ in range(5):
        pays(harness, "petal")
    asked: list[object] = []

    def fails_at_first(ask: Callable[..., Any], **which: Any) -> Any:
        asked.append(which.get("after"))
        if len(asked) == 2:
            raise GatewayDown("no answer", 429)
        with harness.database.transaction():  # would wait for ever if one were open
            return ask(**which)

    services = hooked(harness.services, some_moves=fails_at_first)
    with pytest.raises(GatewayDown):
        read_balance_transactions(services)
    assert len(rows(harness)) == 2
    assert read_balance_transactions(services).rows == 5
    assert len(rows(harness)) == 5
    assert asked[1] == asked[2]
    assert len(asked) == len(set(asked)) + 1


def test_two_that_read_at_the_same_time_write_each_page_once(harness: Harness) -> None:
    pays(harness, "petal")

    def meanwhile(ask: Callable[..., Any], **which: Any) -> Any:
        answer = ask(**which)
        if not state(harness).rows:
            read_balance_transactions(harness.services)
        return answer

    read_balance_transactions(hooked(harness.services, some_moves=meanwhile))
    assert (len(rows(harness)), state(harness).rows, state(harness).stage) == (1, 1, Stage.IDLE)


def test_a_payment_whose_row_is_not_made_yet_is_asked_for_again(harness: Harness, time: Clock) -> None:
    order = pays(harness, "petal")

    def lists_nothing(ask: Callable[..., Any], **which: Any) -> Any:
        return ask(**which) if "source" in which and late else ([], False)

    late = False
    services = hooked(harness.services, some_moves=lists_nothing)
    read_balance_transactions(services)
    assert rows(harness) == []
    time.pass_(days=20)
    late = True
    read_balance_transactions(services)
    (row,) = rows(harness)
    assert (row.order_id, row.about) == (order, About.PAYMENT)


def test_a_row_that_is_read_before_its_order_is_known_finds_it_later(harness: Harness) -> None:
    order = harness.place("petal")
    harness.pays(order)
    read_balance_transactions(harness.services)
    assert [row.order_id for row in rows(harness)] == [None]
    harness.sync(order)
    read_balance_transactions(harness.services)
    assert [row.order_id for row in rows(harness)] == [order]


@ONE_ENGINE
def test_what_is_in_a_payout_is_asked_once_and_never_of_one_made_by_hand(
    harness: Harness, time: Clock
) -> None:
    pays(harness, "petal")
    automatic = pays_out(harness)
    time.pass_(hours=1)
    pays(harness, "disc")
    by_hand = pays_out(harness, automatic=False, days=3)
    asked: list[str] = []

    def ask_and_note(ask: Callable[..., Any], **which: Any) -> Any:
        asked.extend([which["payout"]] if "payout" in which else [])
        return ask(**which)

    services = hooked(harness.services, some_moves=ask_and_note)
    read_balance_transactions(services)
    read_balance_transactions(services)
    assert asked == [automatic]
    known = {(row.reporting_category, row.payout_id) for row in rows(harness)}
    assert known == {("charge", automatic), ("payout", automatic), ("charge", None), ("payout", by_hand)}
    assert [(payout.status, payout.automatic) for payout in payouts(harness)] == [
        ("paid", True),
        ("in_transit", False),
    ]
    time.pass_(days=4)
    with harness.database.transaction() as session:
        after_sales.release_pending(session)
        after_sales.fail_payout(session, automatic)
    read_balance_transactions(harness.services)
    assert [(payout.status, payout.failure_code) for payout in payouts(harness)] == [
        ("failed", "account_closed"),
        ("paid", None),
    ]
    assert {row.status for row in rows(harness)} == {"available", "pending"}


@ONE_ENGINE
def test_the_worker_reads_nightly_a_page_at_a_time_and_tries_later_what_stripe_refuses(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 30, 12, tzinfo=UTC)
    pays(harness, "petal")

    def works(services: Services) -> int:
        turns = 1
        while (found := read_if_due(services)) and not found.finished:
            turns += 1
        return turns

    def too_many(_ask: Callable[..., Any], **_which: Any) -> Any:
        raise GatewayDown("RateLimitError, status 429", 429)

    def forbidden(_ask: Callable[..., Any], **_which: Any) -> Any:
        raise GatewayRefused("more_permissions_required", "", 403)

    tired = hooked(harness.services, some_payouts=too_many)
    for minutes in (1, 2, 4):
        works(tired)
        assert state(harness).due_at == time.at + timedelta(minutes=minutes)
        works(tired)
        time.pass_(minutes=minutes)
    works(hooked(harness.services, some_moves=forbidden))
    with harness.database.reading() as session:
        assert [alert.kind for alert in open_alerts(session)] == [AlertKind.BALANCE_UNREAD]
    time.pass_(hours=1)
    assert works(harness.services) > 1
    assert state(harness).due_at == datetime(2031, 7, 1, 2, tzinfo=UTC)  # three by the clocks of Britain
    with harness.database.reading() as session:
        assert not open_alerts(session)
    assert works(harness.services) == 1
    assert len(rows(harness)) == 1
    pays(harness, "petal")
    with harness.database.transaction() as session:
        read_again(session, harness.services)
    works(harness.services)
    assert len(rows(harness)) == 2


@ONE_ENGINE
def test_a_row_that_comes_late_stands_in_the_month_that_is_open(
    harness: Harness, database: Database, time: Clock
) -> None:
    time.at = datetime(2031, 5, 31, 22, 30, tzinfo=UTC)
    pays(harness, "petal")
    time.pass_(hours=1)  # half past midnight in Britain: June
    pays(harness, "petal")
    read_balance_transactions(harness.services)
    assert [row.period for row in rows(harness)] == ["2031-05", "2031-06"]
    pays(harness, "petal")
    with database.transaction() as session:
        late = select(func.max(StandinObject.number)).where(StandinObject.kind == "balance_transaction")
        row = session.get_one(StandinObject, session.scalar(late))
        row.body = {**row.body, "created": row.body["created"] - 7200}
        row.created -= 7200
    read_balance_transactions(harness.services)
    assert [(row.created.month, row.period) for row in rows(harness)] == [
        (5, "2031-06"),
        (5, "2031-05"),
        (5, "2031-06"),
    ]


@ONE_ENGINE
def test_a_month_that_was_closed_before_it_was_read_stays_as_it_is(harness: Harness, time: Clock) -> None:
    time.at = datetime(2031, 5, 30, 12, tzinfo=UTC)
    pays(harness, "petal")
    time.pass_(days=35)
    with harness.database.transaction() as session:
        seen = month_close.ending(session, "2031-05").digest
        month_close.close_month(session, "2031-05", seen=seen, actor="finance")
    read_balance_transactions(harness.services)
    assert [row.period for row in rows(harness)] == ["2031-06"]


@ONE_ENGINE
def test_nothing_is_read_with_the_key_of_another_account(harness: Harness) -> None:
    pays(harness, "petal")

    def unknown(_ask: Callable[..., Any], _session: str) -> Any:
        raise GatewayRefused("resource_missing", "", 404)

    with pytest.raises(GatewayRefused):
        read_balance_transactions(hooked(harness.services, session=unknown))
    assert rows(harness) == []


@ONE_ENGINE
def test_the_export_of_an_order_has_what_stripe_has_of_it(harness: Harness) -> None:
    order = harness.order(pays(harness, "petal"))
    read_balance_transactions(harness.services)
    with harness.database.reading() as session:
        (kept,) = privacy.everything(session, harness.services.vault, order.reference)["at_stripe"]
    assert (kept["what"], kept["amount_pence"], kept["payout"]) == ("charge", order.total_pence, None)
    assert kept["fee_pence"] == charge_fee(order.total_pence)


@ONE_ENGINE
def test_a_payout_whose_contents_stripe_will_not_say_stops_nothing(harness: Harness) -> None:
    pays(harness, "petal")
    payout = pays_out(harness)

    def refuses(ask: Callable[..., Any], **which: Any) -> Any:
        if "payout" in which:
            raise GatewayRefused("resource_missing", "", 400)
        return ask(**which)

    assert read_balance_transactions(hooked(harness.services, some_moves=refuses)).finished
    with harness.database.reading() as session:
        assert session.get_one(Payout, payout).members_read_at
