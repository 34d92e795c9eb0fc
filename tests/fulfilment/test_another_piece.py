"""What is made again is made of another piece: it comes out of the drawer, or is waited for."""

import pytest

from shop import stock
from shop.fulfilment import rests, stocktake, units
from shop.fulfilment.stages import Action, Hold, Remake, Stage
from shop.fulfilment.units import NotAllowed
from shop.orders.lifecycle import lines_of
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, WORDS, Bench

ENGRAVED = ("disc", "Wren")


def make_again(bench: Bench, order: int, why: Remake = Remake.SLIP) -> None:
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=why)


def go_on(bench: Bench, order: int) -> None:
    with bench.harness.database.transaction() as session:
        units.resume(session, order, 1, actor=OWNER)


def begun(bench: Bench, on_hand: int) -> int:
    """An order of one Disc that is being engraved; so many are left on hand."""
    bench.harness.set_stock("disc", on_hand + 1)
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, *WORDS[:2])
    return order


@pytest.mark.parametrize("why", Remake)
def test_another_piece_comes_out_of_the_drawer(bench: Bench, why: Remake) -> None:
    order = begun(bench, on_hand=3)
    make_again(bench, order, why)
    assert bench.harness.level("disc").on_hand == 2
    assert bench.harness.sound() == []
    assert bench.units(order)[1].held is None


@ONE_ENGINE
def test_what_lies_in_the_drawer_is_what_would_be_counted(bench: Bench) -> None:
    order = begun(bench, on_hand=3)
    assert lies(bench, order) == 3
    make_again(bench, order)  # the spoilt one is scrap, the next lies there until it is begun
    assert lies(bench, order) == 3
    bench.act(order, 1, *WORDS[:2])
    assert lies(bench, order) == 2


def lies(bench: Bench, order: int) -> int:
    with bench.harness.database.reading() as session:
        variant = lines_of(session, order)[0].variant_id
        return stocktake.drawers(session, "test")[variant].lies


@ONE_ENGINE
def test_while_none_is_free_it_rests_until_one_is(bench: Bench) -> None:
    order = begun(bench, on_hand=0)
    make_again(bench, order)
    assert bench.units(order)[1].held == Hold.MATERIAL
    with pytest.raises(NotAllowed, match="None is free"):
        go_on(bench, order)
    bench.harness.set_stock("disc", 1)
    go_on(bench, order)
    assert bench.harness.level("disc").on_hand == 0
    assert bench.units(order)[1].held is None
    bench.act(order, 1, *WORDS)
    assert bench.stages(order) == [Stage.PACKED]


@ONE_ENGINE
def test_a_piece_that_somebody_is_paying_for_is_not_taken(bench: Bench) -> None:
    order = begun(bench, on_hand=1)
    bench.ordered(ENGRAVED)
    make_again(bench, order)
    assert (bench.harness.level("disc").on_hand, bench.units(order)[1].held) == (1, Hold.MATERIAL)


def test_taken_back_it_lies_there_again(bench: Bench) -> None:
    order = begun(bench, on_hand=3)
    make_again(bench, order)
    bench.undo(order, 1)
    assert bench.harness.level("disc").on_hand == 3
    assert bench.stages(order) == [Stage.ENGRAVING]
    assert bench.harness.sound() == []


@ONE_ENGINE
def test_a_rest_for_want_of_a_piece_is_no_slip(bench: Bench) -> None:
    order = begun(bench, on_hand=0)
    make_again(bench, order)
    with pytest.raises(NotAllowed, match="nothing to take back"):
        bench.undo(order, 1)
    bench.harness.set_stock("disc", 1)
    go_on(bench, order)
    with pytest.raises(NotAllowed, match="nothing to take back"):
        bench.undo(order, 1)
    assert bench.harness.level("disc").on_hand == 0


@ONE_ENGINE
def test_a_rest_of_the_owners_takes_no_piece(bench: Bench) -> None:
    order = begun(bench, on_hand=3)
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.MATERIAL, actor=OWNER)
    go_on(bench, order)
    assert bench.harness.level("disc").on_hand == 3


@ONE_ENGINE
def test_another_piece_is_waited_for_through_a_rest_for_something_else(bench: Bench) -> None:
    order = begun(bench, on_hand=0)
    make_again(bench, order)
    with bench.harness.database.transaction() as session:
        rests.hold_all(session, order, Hold.PAYMENT, actor="stripe")
    with bench.harness.database.transaction() as session:
        rests.resume_all(session, order, Hold.PAYMENT, actor="stripe")
    with pytest.raises(NotAllowed, match="None is free"):
        go_on(bench, order)


def test_the_movement_says_for_which_order_and_who(bench: Bench) -> None:
    order = begun(bench, on_hand=3)
    make_again(bench, order)
    with bench.harness.database.reading() as session:
        newest = stock.movements(session, lines_of(session, order)[0].variant_id)[0]
    reference = bench.harness.order(order).reference
    assert (newest.quantity, newest.order_reference, newest.actor) == (-1, reference, OWNER)
