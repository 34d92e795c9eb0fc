"""A unit's life from paid to posted: what may be done with it, and what may not."""

from datetime import timedelta

import pytest

from shop import clock
from shop.fulfilment import units
from shop.fulfilment.stages import (
    BACKWARDS,
    MOVES,
    WITHOUT_WORDS,
    Action,
    Hold,
    Remake,
    Stage,
    after,
    next_action,
)
from shop.fulfilment.units import SLIP, NotAllowed
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@ONE_ENGINE
def test_before_it_is_paid_for_nothing_lies_on_the_bench(bench: Bench) -> None:
    order = bench.ordered(ENGRAVED, BARE)
    assert bench.stages(order) == []
    with pytest.raises(NotAllowed):
        bench.act(order, 1, Action.CHECK)


@ONE_ENGINE
def test_paying_puts_every_unit_on_the_bench_once(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.harness.sync(order)
    bench.harness.deliver_webhooks()
    assert bench.stages(order) == [Stage.TO_CHECK, Stage.TO_CHECK]


@ONE_ENGINE
def test_a_unit_with_words_is_looked_at_before_and_after_it_is_cut(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    seen = []
    for action in WORDS:
        bench.act(order, 1, action)
        seen += bench.stages(order)
    assert seen == [Stage.CHECKED, Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED, Stage.PACKED]
    bench.post(order, 1)
    assert bench.stages(order) == [Stage.POSTED]


@ONE_ENGINE
def test_a_unit_without_words_goes_from_checked_to_packed(bench: Bench) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    with pytest.raises(NotAllowed):
        bench.act(order, 1, Action.BEGIN)
    bench.post(order, 1)
    assert bench.stages(order) == [Stage.POSTED]


@pytest.mark.parametrize("words", [True, False])
def test_nothing_is_posted_that_was_not_looked_at(words: bool) -> None:
    """Every way to POSTED, backwards, goes through all that must come before."""
    table = MOVES if words else WITHOUT_WORDS
    before = {Stage.POSTED}
    required = []
    while before != {Stage.TO_CHECK}:
        into = [
            (action, start)
            for action, moves in table.items()
            for start, end in moves.items()
            if end in before and action not in BACKWARDS
        ]
        assert len(into) == 1
        required.append(into[0][0])
        before = {into[0][1]}
    assert list(reversed(required)) == [*(WORDS if words else PLAIN), Action.POST]


@ONE_ENGINE
@pytest.mark.parametrize(
    ("words", "stage"),
    [(True, stage) for stage in Stage]
    + [(False, stage) for stage in Stage if stage not in {Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED}],
)
def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(
    bench: Bench, words: bool, stage: Stage
) -> None:
    order = bench.paid(ENGRAVED if words else BARE)
    while bench.stages(order) != [stage]:
        step = next_action(bench.stages(order)[0], words=words)
        if stage is Stage.REFUNDED:
            bench.refund(order, 1)
        elif step is Action.POST:
            bench.post(order, 1)
        else:
            assert step is not None
            bench.act(order, 1, step)
    for action in set(Action) - {Action.POST}:
        if after(stage, action, words=words) is None:
            with pytest.raises(NotAllowed):
                bench.act(order, 1, action)
    if stage is not Stage.PACKED:
        with pytest.raises(NotAllowed):
            bench.post(order, 1)
    assert bench.stages(order) == [stage]


@ONE_ENGINE
def test_a_refunded_unit_leaves_the_bench_at_once_and_the_other_stays(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    bench.refund(order, 1)
    assert bench.stages(order) == [Stage.REFUNDED, Stage.TO_CHECK]
    with pytest.raises(NotAllowed, match="money went back"):
        bench.act(order, 1, Action.FINISH)
    bench.act(order, 2, *PLAIN)


@ONE_ENGINE
def test_a_refund_from_the_dashboard_takes_its_unit_off_the_bench(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.harness.refunds(order)
    bench.harness.sync(order)
    assert bench.stages(order) == [Stage.REFUNDED]


@ONE_ENGINE
def test_a_refund_that_came_back_brings_the_unit_back_to_where_it_was(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.act(order, 1, Action.CHECK)
    price = bench.harness.price_of("disc")
    refund = bench.harness.refunds(order, price)
    bench.harness.sync(order)
    assert Stage.REFUNDED in bench.stages(order)
    bench.harness.refund_fails(refund)
    bench.harness.sync(order)
    assert bench.stages(order) == [Stage.CHECKED, Stage.TO_CHECK]


@ONE_ENGINE
def test_while_the_bank_asks_nothing_is_made(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK)
    dispute = bench.harness.disputes(order)
    bench.harness.sync(order)
    with pytest.raises(NotAllowed, match="payment is in question"):
        bench.act(order, 1, Action.BEGIN)
    bench.harness.dispute_ends(dispute, won=True)
    bench.harness.sync(order)
    bench.act(order, 1, Action.BEGIN)
    assert bench.stages(order) == [Stage.ENGRAVING]


@ONE_ENGINE
def test_a_unit_on_hold_rests_until_it_is_taken_off(bench: Bench) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.QUESTION, actor=OWNER)
    with pytest.raises(NotAllowed, match="a question to the buyer"):
        bench.post(order, 1)
    with bench.harness.database.transaction() as session:
        units.resume(session, order, 1, actor=OWNER)
    bench.post(order, 1)


@ONE_ENGINE
def test_a_remake_begins_anew_and_gives_no_second_donation(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    given = bench.harness.given()
    bench.act(order, 1, *WORDS)
    bench.post(order, 1)
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.LOST)
    unit = bench.units(order)[1]
    assert (unit.stage, unit.making) == (Stage.TO_CHECK, 2)
    bench.harness.sync(order)
    assert bench.harness.given() == given


@ONE_ENGINE
def test_a_slip_of_the_thumb_can_be_taken_back(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    assert bench.undo(order, 1) is Action.BEGIN
    assert bench.stages(order) == [Stage.CHECKED]
    with pytest.raises(NotAllowed):
        bench.undo(order, 1)


@ONE_ENGINE
def test_a_step_of_long_ago_stands(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK)
    later = clock.now() + SLIP + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotAllowed, match="too long ago"):
        bench.undo(order, 1)
    assert bench.stages(order) == [Stage.CHECKED]


@ONE_ENGINE
def test_every_step_says_who_and_when(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    bench.undo(order, 1)
    with bench.harness.database.reading() as session:
        steps = units.steps_of(session, order)[1]
    assert [(step.action, step.came_from, step.came_to) for step in steps] == [
        (Action.CHECK, Stage.TO_CHECK, Stage.CHECKED),
        (Action.BEGIN, Stage.CHECKED, Stage.ENGRAVING),
        (Action.UNDO, Stage.ENGRAVING, Stage.CHECKED),
    ]
    assert {step.actor for step in steps} == {OWNER}
