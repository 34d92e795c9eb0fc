"""A row of the ledger says what happened, who did it and when: true when it is written, for it stays so."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from shop import clock, stock
from shop.giving.models import LedgerTxn
from shop.orders.models import OrderEvent
from shop.payments.models import PaymentEntry
from shop.payments.refunds import ask
from tests.engines import ONE_ENGINE
from tests.harness import Harness

JULY = datetime(2026, 7, 4, 10, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 20, 15, 30, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 2, 8, tzinfo=UTC)
OWNER = "owner@example.com"


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def rows(harness: Harness) -> list[tuple[str, str, str, datetime]]:
    """Kind, cause without its id, actor, and when, oldest first."""
    with harness.database.reading() as session:
        found = session.scalars(select(LedgerTxn).order_by(LedgerTxn.seq))
        return [(txn.kind, txn.cause[:3], txn.actor, txn.event_at) for txn in found]


def events(harness: Harness, kind: str) -> list[datetime]:
    with harness.database.reading() as session:
        return list(session.scalars(select(OrderEvent.event_at).where(OrderEvent.kind == kind)))


def paid_in_july(harness: Harness, monkeypatch: pytest.MonkeyPatch, *slugs: str) -> int:
    at(monkeypatch, JULY)
    order = harness.place(*slugs)
    harness.pays(order)
    harness.sync(order)
    return order


def test_a_dispute_of_july_that_is_lost_in_september_is_a_loss_of_september(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_in_july(harness, monkeypatch, "disc")
    at(monkeypatch, JULY + timedelta(days=3))
    dispute = harness.disputes(order)
    harness.sync(order)
    at(monkeypatch, SEPTEMBER)
    harness.dispute_ends(dispute, won=False)
    at(monkeypatch, SEPTEMBER + timedelta(days=4))  # nobody told us; the daily look finds it
    harness.sync(order)
    assert rows(harness) == [
        ("accrue", "ch_", "stripe", JULY),
        ("dispute_opened", "dp_", "stripe", JULY + timedelta(days=3)),
        ("dispute_lost", "dp_", "stripe", SEPTEMBER),
    ]
    assert events(harness, "dispute lost") == [SEPTEMBER]


def test_a_dispute_that_is_won_gives_the_gift_back_when_it_was_won(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_in_july(harness, monkeypatch, "disc")
    dispute = harness.disputes(order)
    harness.sync(order)
    at(monkeypatch, SEPTEMBER)
    harness.dispute_ends(dispute, won=True)
    at(monkeypatch, OCTOBER)
    harness.sync(order)
    assert rows(harness)[-1] == ("dispute_won", "dp_", "stripe", SEPTEMBER)
    with harness.database.reading() as session:
        found = select(PaymentEntry.event_at).where(PaymentEntry.kind == "dispute reinstated")
        assert session.scalars(found).one() == SEPTEMBER


@ONE_ENGINE
def test_a_dispute_heard_of_when_it_was_over_is_told_as_it_was(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_in_july(harness, monkeypatch, "disc")
    dispute = harness.disputes(order)
    at(monkeypatch, SEPTEMBER)
    harness.dispute_ends(dispute, won=False)
    at(monkeypatch, OCTOBER)
    harness.sync(order)
    assert rows(harness)[-1] == ("reverse", "dp_", "stripe", SEPTEMBER)


@ONE_ENGINE
def test_a_refund_by_the_owner_says_which_and_who(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    order = paid_in_july(harness, monkeypatch, "disc", "petal")
    at(monkeypatch, SEPTEMBER)
    with harness.database.transaction() as session:
        ask(session, order, lines=[2], postage=False, actor=OWNER)
    harness.sync(order)
    assert rows(harness)[-1] == ("reverse", "re_", "owner", SEPTEMBER)


def test_each_gift_names_the_refund_that_took_its_piece(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_in_july(harness, monkeypatch, "disc", "petal")
    at(monkeypatch, SEPTEMBER)
    first = harness.refunds(order, harness.price_of("petal"))
    at(monkeypatch, OCTOBER)
    second = harness.refunds(order)
    harness.sync(order)
    with harness.database.reading() as session:
        found = session.scalars(select(LedgerTxn).where(LedgerTxn.kind == "reverse"))
        told = {txn.unit: (txn.cause, txn.actor, txn.event_at) for txn in found}
    assert told == {2: (first, "stripe", SEPTEMBER), 1: (second, "stripe", OCTOBER)}


@ONE_ENGINE
def test_a_gift_that_stands_again_does_so_from_when_the_refund_failed(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_in_july(harness, monkeypatch, "disc")
    refund = harness.refunds(order)
    harness.sync(order)
    at(monkeypatch, SEPTEMBER)
    harness.refund_fails(refund)
    at(monkeypatch, OCTOBER)
    harness.sync(order)
    assert rows(harness)[-1] == ("accrue", "re_", "stripe", SEPTEMBER)


@ONE_ENGINE
def test_an_order_that_could_not_be_filled_never_gave(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, JULY)
    order = harness.place("disc")
    harness.pays(order)
    with harness.database.transaction() as session:
        stock.release(session, harness.order(order).hold_id)
    harness.set_stock("disc", 0)
    harness.sync(order)
    assert rows(harness) == []
