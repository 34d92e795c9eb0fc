"""Whoever counts what lies in the drawer is right, whatever was sold meanwhile."""

import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, select

from shop import stock
from shop.catalogue import snapshot
from shop.fulfilment import stocktake
from shop.fulfilment.stages import Action
from shop.fulfilment.stocktake import Count, Counted, Drawer, Moment
from shop.stock.models import StockMovement
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, Bench
from tests.processes import all_at_once

BARE, ENGRAVED = ("petal", ""), ("disc", "Wren")


def petal(bench: Bench) -> int:
    with bench.harness.database.reading() as session:
        return snapshot.load(session).by_slug["petal"].variants[0].id


def drawer(bench: Bench, variant: int | None = None) -> Drawer:
    with bench.harness.database.reading() as session:
        return stocktake.drawers(session, "test")[variant or petal(bench)]


def opened(bench: Bench) -> Moment:
    with bench.harness.database.reading() as session:
        return stocktake.moment(session)


def count(bench: Bench, pieces: int, *, sheet: tuple[Moment | None, int | None] | None = None) -> Counted:
    """The petals are counted, on a sheet that was opened then, or just now."""
    at, thought = sheet or (opened(bench), drawer(bench).lies)
    with bench.harness.database.transaction() as session:
        variant = petal(bench)
        return stocktake.write_down(
            session, "test", {variant: Count(pieces, thought)}, opened=at, actor=OWNER
        )[variant]


def movements(bench: Bench) -> list[tuple[str, int, str]]:
    with bench.harness.database.reading() as session:
        rows = session.scalars(
            select(StockMovement).where(StockMovement.variant_id == petal(bench)).order_by(StockMovement.id)
        )
        return [(row.reason, row.quantity, row.actor) for row in rows][1:]


@ONE_ENGINE
def test_a_sale_while_a_sheet_is_being_read_leaves_no_number_one_off(bench: Bench) -> None:
    bench.harness.set_stock("petal", 3)
    sold: list[int] = []

    def sell(*_: object) -> None:
        if not sold:
            sold.append(bench.paid(BARE))

    with bench.harness.database.reading() as session:
        variant = petal(bench)
        event.listen(session.connection(), "after_cursor_execute", sell)
        assert stocktake.drawers(session, "test")[variant].lies == 3
    assert sold
    assert drawer(bench) == Drawer(stock.Level(2, 0), sold=1)


def test_counting_three_where_three_are_stays_three(bench: Bench) -> None:
    bench.harness.set_stock("petal", 3)
    before = movements(bench)
    assert count(bench, 3) == Counted(Drawer(stock.Level(3, 0)))
    assert bench.harness.level("petal") == stock.Level(3, 0)
    assert movements(bench) == before


@pytest.mark.parametrize(("counted", "change"), [(5, 2), (1, -2), (0, -3)])
def test_a_count_that_differs_is_a_movement_with_its_reason_and_who_made_it(
    bench: Bench, counted: int, change: int
) -> None:
    bench.harness.set_stock("petal", 3)
    assert count(bench, counted).change == change
    assert bench.harness.level("petal").on_hand == counted
    assert movements(bench)[-1] == ("counted", change, OWNER)


@ONE_ENGINE
def test_what_is_set_aside_and_what_is_sold_and_not_begun_lies_in_the_drawer(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    bench.ordered(BARE)
    order = bench.paid(BARE, BARE)
    assert drawer(bench) == Drawer(stock.Level(3, 1), sold=2)
    assert count(bench, 5).change == 0
    bench.act(order, 1, Action.CHECK)
    assert drawer(bench).lies == 5, "a checked one lies there still"
    bench.act(order, 1, Action.PACK)
    assert drawer(bench).lies == 4
    assert count(bench, 4).change == 0
    assert bench.harness.level("petal") == stock.Level(3, 1)


@ONE_ENGINE
def test_a_sale_between_opening_the_sheet_and_sending_it_changes_nothing_in_the_drawer(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    sheet = opened(bench), drawer(bench).lies
    bench.paid(BARE)
    assert count(bench, 4, sheet=sheet).change == -1
    assert bench.harness.level("petal").on_hand == 3
    assert drawer(bench) == Drawer(stock.Level(3, 0), sold=1)


@ONE_ENGINE
def test_a_drawer_that_was_opened_since_the_sheet_was_is_counted_again(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    sheet = opened(bench), drawer(bench).lies
    bench.act(order, 1, Action.CHECK, Action.PACK)
    assert count(bench, 5, sheet=sheet).ask_again
    bench.harness.set_stock("petal", 5)
    assert drawer(bench).lies == 5, "as many as then, and others"
    assert count(bench, 3, sheet=sheet).ask_again
    assert bench.harness.level("petal").on_hand == 5
    assert count(bench, 5, sheet=sheet).ask_again is False, "there is nothing to be unsure of"


@ONE_ENGINE
@pytest.mark.parametrize("sheet", [(None, 3), (Moment(0, 0), 3), (None, None)])
def test_a_sheet_that_does_not_say_when_it_was_opened_is_not_believed(
    bench: Bench, sheet: tuple[Moment | None, int | None]
) -> None:
    bench.harness.set_stock("petal", 3)
    assert count(bench, 2, sheet=sheet).ask_again


@pytest.mark.parametrize("said", ["", "1", "1.2.3", "a.b", "-1.2", "١.٢", "1." + "9" * 50])
def test_a_moment_that_is_none_is_none(said: str) -> None:
    assert Moment.read(said) is None


@ONE_ENGINE
def test_fewer_than_are_promised_leaves_none_free_and_says_how_many_are_missing(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    bench.ordered(BARE)
    bench.paid(BARE)
    assert drawer(bench) == Drawer(stock.Level(4, 1), sold=1)
    found = count(bench, 1)
    assert (found.change, found.missing) == (-3, 1)
    assert bench.harness.level("petal") == stock.Level(1, 1)
    assert bench.harness.sound() == []


@ONE_ENGINE
def test_a_piece_that_is_made_again_is_made_of_another_that_lies_there_until_it_is_begun(
    bench: Bench,
) -> None:
    bench.harness.set_stock("disc", 3)
    order = bench.paid(ENGRAVED)
    with bench.harness.database.reading() as session:
        disc = snapshot.load(session).by_slug["disc"].variants[0].id
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    assert drawer(bench, disc).lies == 2
    bench.act(order, 1, Action.REMAKE)
    assert drawer(bench, disc).lies == 2
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    assert drawer(bench, disc).lies == 1


def test_while_two_sell_and_two_count_stock_and_ledger_agree(bench: Bench) -> None:
    """Whoever counts counts right: what the shop thinks lies there. So no count may change anything."""
    harness = bench.harness
    harness.set_stock("petal", 30)
    start = threading.Barrier(4)
    orders = [bench.ordered(BARE) for _ in range(8)]

    def sell(mine: list[int]) -> None:
        start.wait()
        for order in mine:
            harness.pays(order)
            harness.sync(order)

    def recount(seed: int) -> list[Counted]:
        start.wait()
        chance, found = random.Random(seed), []
        for _ in range(12):
            sheet = opened(bench), drawer(bench).lies
            if chance.random() < 0.5:
                threading.Event().wait(0.01)
            found.append(count(bench, 30, sheet=sheet))
        return found

    with ThreadPoolExecutor(4) as pool:
        selling = [pool.submit(sell, orders[:4]), pool.submit(sell, orders[4:])]
        counting = [pool.submit(recount, seed) for seed in range(2)]
        for one in selling:
            one.result()
        counted = [found for one in counting for found in one.result()]
    assert {(found.change, found.missing, found.ask_again) for found in counted} == {(0, 0, False)}
    assert drawer(bench) == Drawer(stock.Level(22, 0), sold=8)
    assert harness.given() == 8 * 500
    assert harness.sound() == []


def test_while_the_shop_sells_two_processes_count_and_neither_changes_anything(
    bench: Bench, database_url: str
) -> None:
    harness = bench.harness
    harness.set_stock("petal", 30)
    orders = [bench.ordered(BARE) for _ in range(6)]
    program = str(Path(__file__).with_name("counter.py"))
    asked = [sys.executable, program, database_url, str(petal(bench)), "30", "25"]
    counting = [
        subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    with ThreadPoolExecutor(1) as pool:
        counted = pool.submit(lambda: list(all_at_once(counting, seconds=60)))
        for order in orders:
            harness.pays(order)
            harness.sync(order)
        assert counted.result() == ["0 0 False: 25\n"] * 2
    assert drawer(bench) == Drawer(stock.Level(24, 0), sold=6)
    assert harness.given() == 6 * 500
    assert harness.sound() == []
