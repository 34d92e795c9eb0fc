"""A sale at a fair takes its pieces from the stock and brings its gift: once, on its day, in its book."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from shop import clock, stock
from shop.catalogue import snapshot
from shop.fulfilment import stocktake
from shop.giving import ledger, months
from shop.giving.booking_days import Part
from shop.giving.ledger import Book
from shop.giving.models import LedgerTxn, Policy
from shop.giving.record import listed as listed_rows
from shop.orders import outside_sales
from shop.orders.models import OutsideSale
from shop.orders.outside_sales import FewerThere, SaidOtherwise, SaleEntry, SaleRow
from shop.stock.models import StockMovement
from tests.engines import ONE_ENGINE
from tests.exports.files import text_of
from tests.harness import Harness, open_harness

OWNER = "owner@example.com"
FAIR = date(2026, 6, 13)
GIFT = 500


@pytest.fixture
def harness(database) -> Harness:  # type: ignore[no-untyped-def]
    opened = open_harness(database)
    opened.set_stock("petal", 5)
    return opened


def entry(harness: Harness, quantity: int = 1, **changes: object) -> SaleEntry:
    with harness.database.reading() as session:
        piece = snapshot.load(session).by_slug["petal"]
    facts: dict[str, object] = {"quantity": quantity, "sold_on": FAIR, "note": "Bath spring fair", **changes}
    return SaleEntry(piece=piece, variant=piece.variants[0], **facts)  # type: ignore[arg-type]


def enter(harness: Harness, sale: SaleEntry, once: str = "a", book: Book = "test") -> OutsideSale:
    with harness.database.transaction() as session:
        return outside_sales.enter(session, sale, book=book, once=once, actor=OWNER)


def take_back(harness: Harness, sale: OutsideSale) -> bool:
    with harness.database.transaction() as session:
        return outside_sales.take_back(session, sale.id, actor=OWNER)


def listed(harness: Harness, book: Book = "test") -> list[SaleRow]:
    with harness.database.reading() as session:
        return list(outside_sales.listed(session, book, most=50))


def postings(harness: Harness) -> list[LedgerTxn]:
    with harness.database.reading() as session:
        return list(session.scalars(select(LedgerTxn).order_by(LedgerTxn.seq)))


def test_a_sale_takes_its_pieces_and_brings_its_gift(harness: Harness) -> None:
    sale = enter(harness, entry(harness, 2))
    assert harness.level("petal") == stock.Level(3, 0)
    assert harness.given() == 2 * GIFT
    with harness.database.reading() as session:
        movement = session.scalars(select(StockMovement).order_by(StockMovement.id.desc())).first()
    assert movement
    assert (movement.quantity, movement.reason, movement.actor, movement.order_reference) == (
        -2,
        "sold",
        OWNER,
        sale.reference,
    )
    assert [(one.sale.quantity, one.given_pence, one.undone) for one in listed(harness)] == [(2, 1000, False)]
    assert harness.sound() == []


@ONE_ENGINE
def test_the_ledger_says_the_day_it_happened_and_whose_role_entered_it(harness: Harness) -> None:
    sale = enter(harness, entry(harness))
    (posted,) = postings(harness)
    assert (posted.event_at, posted.actor) == (datetime(2026, 6, 13, 11, 0, tzinfo=UTC), "owner")
    assert (posted.order_reference, posted.cause) == (sale.reference, sale.reference)
    assert posted.booked_at > posted.event_at


@ONE_ENGINE
def test_sent_twice_it_is_one_sale_and_something_else_under_its_name_is_none(harness: Harness) -> None:
    first = enter(harness, entry(harness))
    assert enter(harness, entry(harness)).id == first.id
    for other in (entry(harness, 2), entry(harness, sold_on=date(2026, 6, 14)), entry(harness, note="home")):
        with pytest.raises(SaidOtherwise):
            enter(harness, other)
    assert (harness.level("petal").on_hand, harness.given(), len(listed(harness))) == (4, GIFT, 1)


def test_sent_eight_times_at_once_it_is_one_sale(harness: Harness) -> None:
    start, sale = threading.Barrier(8), entry(harness)

    def send(_number: int) -> int:
        start.wait()
        return enter(harness, sale).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert (harness.level("petal").on_hand, harness.given()) == (4, GIFT)
    assert harness.sound() == []


def test_taken_back_its_pieces_are_there_again_and_its_gift_is_reversed_once(harness: Harness) -> None:
    sale = enter(harness, entry(harness, 2))
    start = threading.Barrier(4)

    def back(_number: int) -> bool:
        start.wait()
        return take_back(harness, sale)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(back, range(4))) == [False, False, False, True]
    assert (harness.level("petal"), harness.given()) == (stock.Level(5, 0), 0)
    assert [posted.kind for posted in postings(harness)] == ["accrue"] * 2 + ["reverse"] * 2
    assert [(one.given_pence, one.undone) for one in listed(harness)] == [(0, True)]
    with harness.database.reading() as session:
        rows = session.scalars(select(OutsideSale).order_by(OutsideSale.id)).all()
        assert [(row.quantity, row.undoes_id) for row in rows] == [(2, None), (-2, sale.id)]
        assert not outside_sales._undone(session, rows[1].id)
    assert not take_back(harness, rows[1]), "what takes back is not taken back"
    assert harness.sound() == []


@ONE_ENGINE
def test_more_than_are_free_are_refused_and_nothing_is_written(harness: Harness) -> None:
    harness.place("petal")
    with pytest.raises(FewerThere, match="4 are free"):
        enter(harness, entry(harness, 5))
    assert (harness.level("petal"), harness.given(), listed(harness)) == (stock.Level(5, 1), 0, [])


@ONE_ENGINE
def test_what_a_count_has_missed_already_is_not_taken_twice(harness: Harness) -> None:
    harness.set_stock("petal", 3)
    sale = enter(harness, entry(harness, 2, counted=True))
    assert (harness.level("petal").on_hand, harness.given()) == (3, 2 * GIFT)
    assert take_back(harness, sale)
    assert (harness.level("petal").on_hand, harness.given()) == (3, 0)


def test_a_day_without_a_promise_brings_no_gift(harness: Harness) -> None:
    with harness.database.transaction() as session:
        session.execute(update(Policy).values(starts_on=date(2026, 6, 14)))
    sale = enter(harness, entry(harness))
    assert (sale.policy_id, harness.given(), harness.level("petal").on_hand) == (None, 0, 4)
    assert take_back(harness, sale)
    assert harness.level("petal").on_hand == 5


def test_by_order_a_sale_brings_one_gift_however_many_pieces(harness: Harness) -> None:
    with harness.database.transaction() as session:
        session.execute(update(Policy).values(basis="order"))
    enter(harness, entry(harness, 3))
    assert (harness.given(), harness.level("petal").on_hand) == (GIFT, 2)


def test_real_sales_and_test_sales_are_never_counted_together(harness: Harness) -> None:
    with harness.database.transaction() as session:
        session.execute(update(Policy).values(agreement_reference="AGR-1"))
    enter(harness, entry(harness), once="live", book="live")
    enter(harness, entry(harness, 2), once="test")
    with harness.database.reading() as session:
        found = [ledger.totals(session, book).net_pence for book in ("live", "test")]  # type: ignore[arg-type]
    assert found == [GIFT, 2 * GIFT]
    assert [len(listed(harness, book)) for book in ("live", "test")] == [1, 1]  # type: ignore[arg-type]


@ONE_ENGINE
def test_the_sample_promise_brings_no_real_gift(harness: Harness) -> None:
    enter(harness, entry(harness), book="live")
    with harness.database.reading() as session:
        assert ledger.totals(session, "live").net_pence == 0


def test_files_and_public_figures_have_it_like_any_gift(harness: Harness) -> None:
    sale = enter(harness, entry(harness, 2))
    with harness.database.reading() as session:
        rows = list(listed_rows(session, Part("test", clock.today(), clock.today()), most=10))
        text = text_of(session, "csv", "test")
        shown = months.by_month(months.read_sums(session, "test"), "2026-11")
    assert [(row.order_reference, row.amount_pence) for row in rows] == [(sale.reference, GIFT)] * 2
    assert {row.happened_on for row in rows} == {FAIR}
    assert text.count(f",{sale.reference},") == 2 * len(("order_reference", "cause"))
    assert OWNER not in text
    assert sum(month.given_pence for month in shown) == 2 * GIFT


@ONE_ENGINE
@pytest.mark.parametrize("at", [datetime(2026, 3, 31, 23, 30, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)])
def test_a_day_is_britains_day(harness: Harness, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)
    day = clock.in_britain(at).date()
    enter(harness, entry(harness, sold_on=day))
    assert postings(harness)[0].event_at.date() == day


@ONE_ENGINE
def test_a_sheet_that_was_opened_before_the_sale_is_counted_again(harness: Harness) -> None:
    sale = entry(harness)
    with harness.database.reading() as session:
        opened = stocktake.moment(session)
    enter(harness, sale)
    with harness.database.transaction() as session:
        counts = {sale.variant.id: stocktake.Count(5, 5)}
        found = stocktake.write_down(session, "test", counts, opened=opened, actor=OWNER)
    assert found[sale.variant.id].ask_again


def test_while_the_shop_sells_and_counts_and_a_fair_sells_stock_and_ledger_agree(harness: Harness) -> None:
    harness.set_stock("petal", 12)
    orders = [harness.place("petal") for _ in range(4)]
    start = threading.Barrier(3)

    def buys() -> int:
        start.wait()
        for order in orders:
            harness.pays(order)
            harness.sync(order)
        return len(orders)

    def sells() -> int:
        start.wait()
        sold = [enter(harness, entry(harness), once=f"fair {number}") for number in range(6)]
        return len(sold) - sum(take_back(harness, sale) for sale in sold[::3])

    def counts() -> int:
        start.wait()
        variant = entry(harness).variant.id
        for _ in range(6):
            with harness.database.transaction() as session:
                stock.lock(session, [variant])
                lies = stocktake.drawers(session, "test")[variant].lies
                asked = {variant: stocktake.Count(lies, lies)}
                opened = stocktake.moment(session)
                found = stocktake.write_down(session, "test", asked, opened=opened, actor=OWNER)
            assert found[variant].change == 0
        return 0

    doing: list[Callable[[], int]] = [buys, sells, counts]
    with ThreadPoolExecutor(3) as pool:
        sold = sum(done.result() for done in [pool.submit(do) for do in doing])
    assert harness.level("petal") == stock.Level(12 - sold, 0)
    assert harness.given() == sold * GIFT
    assert harness.sound() == []
