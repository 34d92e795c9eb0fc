"""How far an order has come is what was done to its units, and nothing else."""

from shop.fulfilment import units
from shop.fulfilment.progress import Milestone, milestones
from shop.fulfilment.stages import Action, Remake, Stage
from shop.orders.lifecycle import lines_of
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


def shown(bench: Bench, order: int) -> dict[Stage, tuple[int, int]]:
    """By milestone: how many units have reached it, of how many."""
    return {one.stage: (one.reached, one.units) for one in reached(bench, order)}


def reached(bench: Bench, order: int) -> list[Milestone]:
    with bench.harness.database.reading() as session:
        return milestones(session, lines_of(session, order))


@ONE_ENGINE
def test_nothing_is_said_of_delivery_before_it_is_known(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    assert list(shown(bench, order)) == [Stage.CHECKED, Stage.ENGRAVING, Stage.PACKED, Stage.POSTED]
    bench.act(order, 1, *WORDS)
    bench.post(order, 1)
    bench.act(order, 1, Action.DELIVER)
    assert shown(bench, order)[Stage.DELIVERED] == (1, 1)


@ONE_ENGINE
def test_units_without_words_have_no_words_to_check(bench: Bench) -> None:
    order = bench.paid(BARE)
    assert list(shown(bench, order)) == [Stage.PACKED, Stage.POSTED]


@ONE_ENGINE
def test_a_milestone_is_reached_when_the_last_unit_has_reached_it(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, ENGRAVED, BARE)
    bench.act(order, 1, *WORDS)
    bench.act(order, 3, *PLAIN)
    found = {one.stage: one for one in reached(bench, order)}
    assert shown(bench, order)[Stage.ENGRAVING] == (1, 2)
    assert shown(bench, order)[Stage.PACKED] == (2, 3)
    assert found[Stage.ENGRAVING].at is None
    bench.act(order, 2, *WORDS)
    assert {one.stage: one.at is not None for one in reached(bench, order)}[Stage.ENGRAVING]


@ONE_ENGINE
def test_what_was_taken_back_was_never_reached(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK)
    bench.undo(order, 1)
    assert shown(bench, order)[Stage.CHECKED] == (0, 1)


def test_a_unit_made_again_begins_anew_on_the_buyers_page_too(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, *WORDS)
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.SLIP)
    assert shown(bench, order)[Stage.ENGRAVING] == (0, 1)
    bench.undo(order, 1)
    assert shown(bench, order)[Stage.PACKED] == (1, 1)


@ONE_ENGINE
def test_a_refunded_unit_counts_no_more(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.refund(order, 1)
    assert list(shown(bench, order)) == [Stage.PACKED, Stage.POSTED]
