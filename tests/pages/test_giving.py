"""/giving: the account anyone may read. Its figures are the ledger's, its chart is its table."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from shop.application import create_app
from shop.catalogue import page_cache
from shop.giving import ledger, remittances
from shop.giving.gift_counts import Gifts, Share, gifts
from shop.giving.ledger import Standing, UnitTarget
from shop.giving.models import LedgerHead, Policy
from shop.giving.months import Month, Sums
from shop.giving.sums import Key
from shop.pages.giving_figures import WIDEST, chart
from shop.pages.giving_summary import came_from
from shop.settings import Settings
from tests.giving.conftest import alike
from tests.harness import Harness
from tests.pages.trader_file import name_trader
from tests.shopper import Shopper, soup

PAGE = "/giving"


@pytest.fixture(autouse=True)
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second between what a test does and what it sees."""
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 0.0)


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    def at(year: int, month: int) -> None:
        monkeypatch.setattr("shop.clock.now", lambda: datetime(year, month, 15, 12, tzinfo=UTC))

    return at


def give(harness: Harness, reference: str, *standings: Standing, book: ledger.Book = "test") -> None:
    units = [
        UnitTarget(
            unit=n,
            sku="HEART-SILVER-18",
            amount_pence=500,
            policy_id=1,
            standing=standing,
            facts=alike(datetime(2026, 9, 1, tzinfo=UTC)),
        )
        for n, standing in enumerate(standings, start=1)
    ]
    with harness.database.transaction() as session:
        ledger.bring_to(session, book=book, order_reference=reference, units=units)


def pay(harness: Harness, pence: int, key: str = "k") -> int:
    with harness.database.transaction() as session:
        return remittances.record_remittance(
            session, book="test", policy_id=1, amount_pence=pence, paid_on=date(2026, 11, 1),
            bank_reference="SECRET REF", receipt="from Mrs Qanary", key=key, actor="finance@example.com",
        ).seq  # fmt: skip


@pytest.fixture
def autumn(harness: Harness, clock_at: Callable[[int, int], None]) -> Harness:
    """September: three gifts. October: none. November: one taken back, one held, one paid over, one new."""
    clock_at(2026, 9)
    give(harness, "PM-AAAA-22", *[Standing.ACCRUED] * 3)
    clock_at(2026, 11)
    give(harness, "PM-AAAA-22", Standing.NONE, Standing.HELD)
    give(harness, "PM-BBBB-22", Standing.ACCRUED)
    pay(harness, 500)
    return harness


def table(anyone: Shopper, name: str = "months") -> list[list[str]]:
    rows = soup(anyone.get(PAGE)).select(f"#{name} tbody tr")
    return [[cell.text for cell in row.select("th, td")] for row in rows]


def stats(anyone: Shopper) -> dict[str, str]:
    return {str(s.dt.text): str(s.dd.text) for s in soup(anyone.get(PAGE)).select(".stat")}  # type: ignore[union-attr]


def test_month_by_month_it_says_what_the_ledger_says(autumn: Harness, anyone: Shopper) -> None:
    assert table(anyone) == [
        ["November 2026", "£0.00", "£5.00", "£5.00", "£5.00", "£5.00"],
        ["October 2026", "£0.00", "£0.00", "£15.00", "£0.00", "£0.00"],
        ["September 2026", "£15.00", "£0.00", "£15.00", "£15.00", "£0.00"],
    ]
    assert stats(anyone) == {
        "Given since September 2026": "£15.00",
        "Paid over": "£5.00", "Still to be paid over": "£5.00", "Waiting": "£5.00",
    }  # fmt: skip
    with autumn.database.reading() as session:
        totals = ledger.totals(session, "test")
    assert (totals.net_pence, totals.remitted_pence, totals.accrued_pence) == (1500, 500, 500)


def test_the_first_screen_says_what_was_given_and_where_it_is_in_figures_and_one_bar(
    autumn: Harness, anyone: Shopper
) -> None:
    first = soup(anyone.get(PAGE)).select_one(".given")
    assert first is not None
    assert [note.text for note in first.select(".stat-note")] == [
        "from 3 pieces",
        "last on 1 November 2026",
        "the first of it was due on 29 September 2026",
        "until a bank has decided a dispute",
    ]
    assert [(part["x"], part["width"]) for part in first.select("rect")] == [
        ("0.0%", "33.3%"), ("33.3%", "33.3%"), ("66.6%", "33.3%"),
    ]  # fmt: skip
    assert str(first.svg.title.text) == (  # type: ignore[union-attr]
        "Of what was given in all: paid over £5.00, still to be paid over £5.00, waiting £5.00."
    )


def test_it_says_by_when_the_first_of_what_is_owed_is_paid_over(
    harness: Harness, anyone: Shopper, clock_at: Callable[[int, int], None]
) -> None:
    clock_at(2026, 9)
    give(harness, "PM-AAAA-22", Standing.ACCRUED)
    assert "the first of it by 29 September 2026" in anyone.get(PAGE).text
    clock_at(2026, 11)
    pay(harness, 500)
    assert "the first of it" not in anyone.get(PAGE).text


def test_this_year_stands_beside_all_there_was(
    harness: Harness, anyone: Shopper, clock_at: Callable[[int, int], None]
) -> None:
    clock_at(2025, 12)
    give(harness, "PM-AAAA-22", *[Standing.ACCRUED] * 3)
    clock_at(2026, 1)
    give(harness, "PM-BBBB-22", Standing.ACCRUED)
    sums = {name: amount for name, amount in stats(anyone).items() if name.startswith(("Given", "In all"))}
    assert sums == {"Given in 2026": "£5.00", "In all, since December 2025": "£20.00"}
    notes = [note.text for note in soup(anyone.get(PAGE)).select(".given-sums .stat-note")]
    assert notes == ["from 1 piece", "from 4 pieces"]
    give(harness, "PM-AAAA-22", *[Standing.NONE] * 2)
    assert stats(anyone)["Given in 2026"] == "-£5.00"
    assert "more came back than was sold" in anyone.get(PAGE).text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Gifts(1500, pieces=3), "from 3 pieces"),
        (Gifts(1200, pieces=2, orders=1), "from 2 pieces and 1 order"),
        (Gifts(), ""),
    ],
)
def test_what_was_given_is_said_in_pieces_and_in_orders(given: Gifts, said: str) -> None:
    assert came_from(given) == said


def test_pieces_and_orders_are_counted_by_what_each_policy_gives() -> None:
    pence = {
        Key("live", "2025-12", 1, "accrue", "cost"): 1500,
        Key("live", "2026-01", 1, "reverse", "cost"): -500,
        Key("live", "2026-01", 2, "accrue", "cost"): 600,
        Key("live", "2026-01", 2, "accrue", "accrued"): -600,
    }
    each = {1: Share(500, "unit"), 2: Share(200, "order")}
    assert gifts(Sums("live", pence=pence), each) == Gifts(1600, pieces=2, orders=3)
    assert gifts(Sums("live", pence=pence), each, since="2026-01") == Gifts(100, pieces=-1, orders=3)


def test_nobody_has_to_read_a_command_or_a_fingerprint_who_does_not_want_to(
    autumn: Harness, anyone: Shopper
) -> None:
    main = soup(anyone.get(PAGE)).main
    assert main is not None
    assert not main.select("code")
    folded = "".join(str(part.text) for part in main.select("details"))
    assert len(re.findall(r"[0-9a-f]{16,}", main.text)) == len(re.findall(r"[0-9a-f]{16,}", folded)) == 1


def test_the_chart_is_drawn_from_the_rows_of_the_table(autumn: Harness, anyone: Shopper) -> None:
    svg = soup(anyone.get(PAGE)).select_one("svg.chart")
    assert svg is not None
    texts = [tag.text for tag in svg.select("text")]
    rows = table(anyone)
    whole = [[row[0], row[1].removesuffix(".00"), row[2].removesuffix(".00")] for row in rows]
    assert texts == [cell for row in whole for cell in row]
    for month, given, paid in whole:
        assert f"{month}: {given} given, {paid} paid over." in svg.desc.text  # type: ignore[union-attr]
    assert svg["aria-labelledby"] == "chart-title chart-said"
    ET.fromstring(str(svg))


def test_the_longest_bar_has_the_room_there_is_and_the_others_their_share() -> None:
    months = [
        Month(name="2026-11", accrued_pence=1000),
        Month(name="2026-10", accrued_pence=500, paid_pence=250),
        Month(name="2026-09", taken_back_pence=1000),
    ]
    drawn = [(row.label, row.given.percent, row.given.back, row.paid.percent) for row in chart(months).rows]
    assert drawn == [
        ("November 2026", f"{WIDEST}.0%", False, "0.0%"),
        ("October 2026", f"{WIDEST // 2}.0%", False, "17.5%"),
        ("September 2026", f"{WIDEST}.0%", True, "0.0%"),
    ]
    assert chart([]).rows == []


def test_a_year_is_drawn_and_every_month_is_in_the_table(
    harness: Harness, anyone: Shopper, clock_at: Callable[[int, int], None]
) -> None:
    clock_at(2025, 1)
    give(harness, "PM-AAAA-22", Standing.ACCRUED)
    clock_at(2026, 11)
    assert len(table(anyone)) == 23
    assert len(soup(anyone.get(PAGE)).select(".chart-month")) == 12
    assert "The last 12 months are drawn" in anyone.get(PAGE).text


def test_the_file_has_the_rows_of_the_table(autumn: Harness, anyone: Shopper) -> None:
    answer = anyone.get("/giving/months.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["month"] for row in rows] == ["2026-09", "2026-10", "2026-11"]
    assert rows[2] == {
        "month": "2026-11", "accrued": "5.00", "taken_back": "5.00", "given": "0.00", "paid_over": "5.00",
        "owed_at_end": "5.00", "held_at_end": "5.00", "currency": "GBP", "orders": "test",
    }  # fmt: skip


def test_nothing_on_it_is_about_a_person(autumn: Harness, anyone: Shopper) -> None:
    for address in (PAGE, "/giving/months.csv"):
        answer = anyone.get(address)
        text = answer.text if address.endswith(".csv") else soup(answer).main.text  # type: ignore[union-attr]
        assert not re.search(r"PM-\w{4}|HEART|SECRET REF|Qanary|example\.com|\d\d:\d\d", text)
    assert "Receipt on file" in anyone.get(PAGE).text


def test_in_a_test_shop_it_says_that_its_figures_are_tests(autumn: Harness, anyone: Shopper) -> None:
    page = anyone.get(PAGE).text
    assert "These figures are tests" in page
    assert "The promise above is a sample" in page


def test_the_head_of_the_ledger_is_there_to_be_noted(autumn: Harness, anyone: Shopper) -> None:
    with autumn.database.reading() as session:
        head = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one()
    page = soup(anyone.get(PAGE)).main.text  # type: ignore[union-attr]
    assert head.last_hash in page
    assert f"Number {head.last_seq}, written on 15 November 2026" in page


def test_a_payment_undone_is_shown_as_that(autumn: Harness, anyone: Shopper) -> None:
    seq = pay(autumn, 500, "again")
    with autumn.database.transaction() as session:
        remittances.undo_remittance(session, seq, reason="private reason", actor="finance@example.com")
    assert [[row[1], row[3]] for row in table(anyone, "payments")] == [
        ["-£5.00", "Undoes a payment recorded by mistake"],
        ["£5.00", "Recorded by mistake, undone"],
        ["£5.00", "Receipt on file"],
    ]
    assert "private reason" not in anyone.get(PAGE).text


def test_more_paid_than_owed_is_said_to_be_ahead(autumn: Harness, anyone: Shopper) -> None:
    pay(autumn, 500, "again")
    give(autumn, "PM-BBBB-22", Standing.NONE)
    assert stats(anyone)["Paid ahead"] == "£5.00"


def test_before_the_first_order_it_says_so(anyone: Shopper) -> None:
    page = anyone.get(PAGE)
    assert page.status_code == 200
    assert "Nothing has been given yet" in page.text
    assert not soup(page).select("svg.chart, #months")
    assert anyone.get("/giving/months.csv").text.count("\n") == 1


def test_without_a_promise_in_force_nothing_is_claimed_and_the_account_stays(
    autumn: Harness, anyone: Shopper
) -> None:
    with autumn.database.transaction() as session:
        session.execute(update(Policy).values(ends_on=date(2026, 11, 10)))
    page = anyone.get(PAGE).text
    assert "We have no agreement with a charity" in page
    assert "£15.00" in page
    assert not soup(anyone.get(PAGE)).select(".donation, #agreement")


def test_a_shop_that_never_promised_anything_claims_nothing(harness: Harness, anyone: Shopper) -> None:
    with harness.database.transaction() as session:
        session.execute(delete(Policy))
    page = soup(anyone.get(PAGE)).main.text  # type: ignore[union-attr]
    assert "we promise nothing here" in page
    assert "PANDAS" not in page


@pytest.fixture
def live(settings: Settings, harness: Harness) -> Iterator[Shopper]:
    """The same database in a shop that takes real money."""
    real = replace(settings, stripe_secret_key="sk_live_x", stripe_webhook_secret="whsec_x")
    name_trader(settings.instance_dir)
    app = create_app(real)
    app.testing = True
    yield Shopper(app)
    app.extensions["shop"].database.dispose()


def test_no_test_order_is_ever_in_a_real_total(autumn: Harness, live: Shopper) -> None:
    page = live.get(PAGE).text
    assert "Nothing has been given yet" in page
    assert "PANDAS" not in soup(live.get(PAGE)).main.text  # type: ignore[union-attr]
    give(autumn, "PM-REAL-22", Standing.ACCRUED, book="live")
    assert table(live) == [["November 2026", "£5.00", "£0.00", "£5.00", "£5.00", "£0.00"]]
    assert "test" not in soup(live.get(PAGE)).main.text.lower()  # type: ignore[union-attr]


def test_a_signed_agreement_is_named(autumn: Harness, live: Shopper) -> None:
    with autumn.database.transaction() as session:
        first = session.get_one(Policy, 1)
        facts = {c.name: getattr(first, c.name) for c in Policy.__table__.columns if c.name != "id"}
        session.add(Policy(**{**facts, "agreement_reference": "A-17", "statement_version": 1}))
    page = soup(live.get(PAGE)).main.text  # type: ignore[union-attr]
    for said in ("A-17", "1 January 2000", "within 28 days of reaching us"):
        assert said in page


def test_a_new_gift_is_there_within_a_second_and_only_it_is_read(
    app: Flask, harness: Harness, anyone: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(harness, "PM-AAAA-22", Standing.ACCRUED)
    assert stats(anyone)["Given since November 2026"] == "£5.00"
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 60.0)
    anyone.get(PAGE)
    give(harness, "PM-BBBB-22", Standing.ACCRUED)
    assert stats(anyone)["Given since November 2026"] == "£5.00", "from memory"
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 0.0)
    assert stats(anyone)["Given since November 2026"] == "£10.00"


def test_it_is_answered_from_memory_and_revalidated(anyone: Shopper) -> None:
    first = anyone.get(PAGE)
    assert first.headers["Cache-Control"] == "no-cache"
    again = anyone.client.get(PAGE, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
