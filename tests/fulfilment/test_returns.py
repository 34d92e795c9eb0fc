"""A piece whose price went back is sold again, scrapped or gone, once, and stock and drawer agree."""

import pytest
from sqlalchemy import select

from shop import stock
from shop.fulfilment import returns, stocktake, units
from shop.fulfilment.stages import Action, Fate, Hold, Remake, Stage
from shop.fulfilment.units import NotAllowed
from shop.stock.models import StockMovement
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

BARE, ENGRAVED = ("petal", ""), ("disc", "Wren")


def decide(bench: Bench, order: int, fate: Fate, number: int = 1) -> None:
    with bench.harness.database.transaction() as session:
        returns.decide(session, order, number, fate, actor=OWNER)


def undecided(bench: Bench) -> list[int]:
    with bench.harness.database.reading() as session:
        return [unit.number for unit in returns.undecided(session, "test", most=50)]


def returned(bench: Bench) -> list[tuple[int, str, str]]:
    with bench.harness.database.reading() as session:
        rows = session.scalars(select(StockMovement).where(StockMovement.reason == "returned"))
        return [(row.quantity, row.order_reference or "", row.actor) for row in rows]


def drawer(bench: Bench, slug: str) -> tuple[int, int]:
    """What is on hand, and what somebody would count."""
    with bench.harness.database.reading() as session:
        line = bench.harness.draft(slug).items[0]
        found = stocktake.drawers(session, "test")[line.variant_id]
        return found.level.on_hand, found.lies


@ONE_ENGINE
def test_a_refunded_piece_lies_there_until_somebody_says_that_it_can_be_sold_again(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.refund(order, 1)
    assert (drawer(bench, "petal"), undecided(bench)) == ((4, 5), [1])
    decide(bench, order, Fate.FREE)
    assert (drawer(bench, "petal"), undecided(bench)) == ((5, 5), [])
    assert returned(bench) == [(1, bench.harness.order(order).reference, OWNER)]


@ONE_ENGINE
def test_saying_it_twice_is_saying_it_once_and_nothing_else_can_be_said_then(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.refund(order, 1)
    for _ in range(2):
        decide(bench, order, Fate.FREE)
    with pytest.raises(NotAllowed, match="said already: back in the drawer"):
        decide(bench, order, Fate.SCRAP)
    assert drawer(bench, "petal") == (5, 5)


@ONE_ENGINE
def test_scrap_is_neither_on_hand_nor_in_the_drawer(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.refund(order, 1)
    decide(bench, order, Fate.SCRAP)
    assert (drawer(bench, "petal"), returned(bench), undecided(bench)) == ((4, 4), [], [])


@ONE_ENGINE
def test_what_is_said_before_the_money_goes_is_done_when_it_has_gone(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE, BARE)
    decide(bench, order, Fate.SCRAP)
    decide(bench, order, Fate.FREE)
    assert (drawer(bench, "petal"), returned(bench)) == ((3, 5), [])
    bench.refund(order, 1)
    assert (drawer(bench, "petal"), undecided(bench)) == ((4, 5), [])
    bench.harness.sync(order)
    assert len(returned(bench)) == 1


@ONE_ENGINE
def test_words_that_were_cut_cannot_be_sold_to_anybody_else(bench: Bench) -> None:
    bench.harness.set_stock("disc", 5)
    order = bench.paid(ENGRAVED, ENGRAVED)
    bench.act(order, 1, *WORDS)
    bench.refund(order, 1, 2)
    with pytest.raises(NotAllowed, match="bears words"):
        decide(bench, order, Fate.FREE)
    decide(bench, order, Fate.SCRAP)
    decide(bench, order, Fate.FREE, number=2)
    assert drawer(bench, "disc") == (4, 4)


@ONE_ENGINE
def test_only_what_was_posted_can_stay_away_and_it_may_come_back_later(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE, BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    bench.refund(order, 1, 2)
    with pytest.raises(NotAllowed, match="never posted"):
        decide(bench, order, Fate.KEPT, number=2)
    decide(bench, order, Fate.KEPT)
    assert undecided(bench) == [2]
    assert drawer(bench, "petal") == (3, 4)
    decide(bench, order, Fate.FREE)
    assert drawer(bench, "petal") == (4, 5)


@pytest.mark.parametrize("left", [3, 0])
def test_a_refund_that_comes_back_takes_another_piece_or_waits_for_one(bench: Bench, left: int) -> None:
    bench.harness.set_stock("petal", 1)
    order = bench.paid(BARE)
    refund = bench.harness.refunds(order)
    bench.harness.sync(order)
    decide(bench, order, Fate.FREE)
    bench.harness.set_stock("petal", left)
    bench.harness.refund_fails(refund)
    bench.harness.sync(order)
    unit = bench.units(order)[1]
    assert (unit.stage, unit.held) == (Stage.TO_CHECK, None if left else Hold.MATERIAL)
    assert bench.harness.level("petal") == stock.Level(max(0, left - 1), 0)
    bench.harness.sync(order)
    assert bench.harness.level("petal") == stock.Level(max(0, left - 1), 0)
    assert bench.harness.sound() == []


@ONE_ENGINE
@pytest.mark.parametrize("left", [3, 0])
@pytest.mark.parametrize("fate", list(Fate))
def test_of_a_piece_that_was_posted_none_is_taken_when_its_refund_comes_back(
    bench: Bench, fate: Fate, left: int
) -> None:
    bench.harness.set_stock("petal", 1)
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    refund = bench.harness.refunds(order)
    bench.harness.sync(order)
    decide(bench, order, fate)
    bench.harness.set_stock("petal", left)
    bench.harness.refund_fails(refund)
    bench.harness.sync(order)
    unit = bench.units(order)[1]
    assert (unit.stage, unit.held) == (Stage.POSTED, None)
    assert bench.harness.level("petal") == stock.Level(left, 0)
    assert bench.harness.sound() == []


def test_a_piece_that_came_back_is_in_the_drawer_once_when_its_money_goes_back_another_time(
    bench: Bench,
) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    for _ in range(2):
        refund = bench.harness.refunds(order)
        bench.harness.sync(order)
        decide(bench, order, Fate.FREE)
        assert undecided(bench) == []
        bench.harness.refund_fails(refund)
        bench.harness.sync(order)
    assert (drawer(bench, "petal"), len(returned(bench))) == ((5, 5), 1)


def test_the_piece_that_was_made_instead_has_a_fate_of_its_own(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    refund = bench.harness.refunds(order)
    bench.harness.sync(order)
    decide(bench, order, Fate.FREE)
    bench.harness.refund_fails(refund)
    bench.harness.sync(order)
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, reason=Remake.LOST, actor=OWNER)
    bench.harness.sync(order)
    assert drawer(bench, "petal") == (4, 5)
    bench.harness.refunds(order)
    bench.harness.sync(order)
    assert undecided(bench) == [1]
    decide(bench, order, Fate.FREE)
    assert drawer(bench, "petal") == (5, 5)


@ONE_ENGINE
def test_a_unit_there_is_not_has_no_fate(bench: Bench) -> None:
    with pytest.raises(NotAllowed, match="no such piece"):
        decide(bench, bench.ordered(BARE), Fate.SCRAP)


@ONE_ENGINE
def test_a_count_while_nobody_has_decided_yet_leaves_the_piece_to_be_decided(bench: Bench) -> None:
    bench.harness.set_stock("petal", 5)
    order = bench.paid(BARE)
    bench.act(order, 1, Action.CHECK)
    with bench.harness.database.reading() as session:
        opened, variant = stocktake.moment(session), bench.harness.draft("petal").items[0].variant_id
    bench.refund(order, 1)
    with bench.harness.database.transaction() as session:
        counts = {variant: stocktake.Count(5, 5)}
        found = stocktake.write_down(session, "test", counts, opened=opened, actor=OWNER)
    assert found[variant].change == 0
    decide(bench, order, Fate.FREE)
    assert drawer(bench, "petal") == (5, 5)
