"""The owner is told before the turnover is past the VAT threshold, once a month, and only of real money."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from shop import clock, trader
from shop.accounting.nightly import read_and_keep
from shop.accounting.turnover import Level, Turnover, turnover, watch_threshold
from shop.alerts import AlertKind, open_alerts
from shop.catalogue import snapshot
from shop.orders import outside_sales
from tests.bookkeeping.helpers import pays
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.pages.trader_file import name_trader
from tests.payments.conftest import Clock


def now(harness: Harness) -> Turnover:
    with harness.database.reading() as session:
        return turnover(session, harness.services)


def sells(harness: Harness, pounds: int) -> int:
    """An order for so many pounds in all."""
    order = pays(harness, "disc")
    with harness.database.transaction() as session:
        session.execute(
            text("UPDATE payment_entry SET amount_pence = :pence WHERE order_id = :order"),
            {"pence": pounds * 100, "order": order},
        )
    return order


@ONE_ENGINE
def test_the_turnover_is_of_twelve_months_that_are_over_and_of_this_one_with_eleven_before(
    harness: Harness, time: Clock
) -> None:
    for year, month, pounds in (
        (2030, 5, 1),
        (2030, 6, 20),
        (2030, 7, 300),
        (2031, 5, 4000),
        (2031, 6, 50_000),
    ):
        time.at = datetime(year, month, 15, 12, tzinfo=UTC)
        sells(harness, pounds)
    found = now(harness)
    assert (found.year_pence, found.running_pence, found.forward_pence) == (4320_00, 54_300_00, 50_000_00)
    time.at = datetime(2031, 7, 16, 12, tzinfo=UTC)
    found = now(harness)
    assert (found.year_pence, found.running_pence, found.forward_pence) == (54_300_00, 54_000_00, 0)


@ONE_ENGINE
def test_pieces_sold_at_a_fair_count_at_todays_price(harness: Harness) -> None:
    order = harness.order(pays(harness, "disc"))
    with harness.database.transaction() as session:
        piece = snapshot.load(session).by_slug["petal"]
        sale = outside_sales.SaleEntry(
            piece=piece, variant=piece.variants[0], quantity=2, sold_on=clock.today(), note="A fair"
        )
        outside_sales.enter(session, sale, book="test", once="1", actor="owner")
    price = harness.price_of("petal")
    assert now(harness).running_pence == order.total_pence + 2 * price
    assert now(harness).outside_pence == 2 * price


@ONE_ENGINE
def test_the_owner_is_told_once_a_month_when_the_threshold_comes_near_and_when_it_is_past(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 15, 12, tzinfo=UTC)
    order = sells(harness, 79_000)
    live = replace(harness.services, book="live")

    def told() -> list[str]:
        with harness.database.transaction() as session:
            found = [alert.about for alert in open_alerts(session) if alert.kind == AlertKind.VAT_THRESHOLD]
            session.execute(text("UPDATE alert SET acknowledged_at = raised_at, acknowledged_by = 'owner'"))
            return found

    with harness.database.transaction() as session:
        session.execute(text("UPDATE \"order\" SET book = 'live'"))
    assert not watch_threshold(live)
    assert now(replace(harness, services=live)).level is Level.BELOW
    with harness.database.transaction() as session:
        session.execute(text("UPDATE payment_entry SET amount_pence = 8000000"))
    assert [watch_threshold(live) for _ in range(2)] == [True, False]
    assert told() == ["VAT, 2031-06: near"]
    assert not watch_threshold(live)  # the owner has seen it
    with harness.database.transaction() as session:
        session.execute(text("UPDATE payment_entry SET amount_pence = 9000001"))
    assert watch_threshold(live)
    assert told() == ["VAT, 2031-06: over"]
    assert not watch_threshold(harness.services)  # test orders are no turnover
    time.at = datetime(2031, 7, 1, 12, tzinfo=UTC)
    with harness.database.transaction() as session:
        session.execute(text('UPDATE "order" SET vat_pence = 1 WHERE id = :id'), {"id": order})
    assert not watch_threshold(live)


@ONE_ENGINE
def test_the_worker_looks_at_the_threshold_when_it_has_read_stripe(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    monkeypatch.setattr("shop.accounting.nightly.watch_threshold", looked.append)
    while read_and_keep(harness.services):
        pass
    assert looked == [harness.services]


def test_prices_hold_vat_from_the_day_of_the_registration_on(tmp_path: Path, time: Clock) -> None:
    file = name_trader(tmp_path)
    file.write_text(file.read_text(encoding="utf-8") + "vat_from = 2031-04-01\n", encoding="utf-8")
    seller = trader.read(file)
    time.at = datetime(2031, 3, 31, 22, 59, tzinfo=UTC)
    assert (seller.vat, "VAT" in seller.imprint, "VAT" in seller.goods) == ("", False, False)
    time.pass_(minutes=1)  # midnight in Britain
    assert (seller.vat, seller.vat_from) == ("GB123456789", date(2031, 4, 1))
    assert "VAT number GB123456789" in seller.imprint
