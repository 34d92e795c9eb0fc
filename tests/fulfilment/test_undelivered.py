"""A parcel that came back or is lost: what follows at the bench, and what the buyer is told."""

from datetime import timedelta

import pytest

from shop import clock
from shop.fulfilment import delivery, undelivered
from shop.fulfilment.progress import milestones
from shop.fulfilment.stages import Action, Hold, Remake, Seen, Stage, Undelivered
from shop.fulfilment.units import NotAllowed, resume, steps_of
from shop.orders.lifecycle import lines_of, lock
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


def sent(bench: Bench, *pieces: tuple[str, str]) -> int:
    order = bench.paid(*pieces)
    for number, (_, words) in enumerate(pieces, 1):
        bench.act(order, number, *(WORDS if words else PLAIN))
    bench.post(order, *range(1, len(pieces) + 1))
    return order


def comes_back(bench: Bench, order: int, why: Undelivered = Undelivered.REFUSED, parcel: int = 0) -> None:
    with bench.harness.database.transaction() as session:
        found = bench.parcels(order)[parcel].id
        undelivered.come_back(session, order, found, why, actor=OWNER)


def is_lost(bench: Bench, order: int) -> None:
    with bench.harness.database.transaction() as session:
        found = bench.parcels(order)[-1].id
        undelivered.lose(session, order, found, cost_pence=900, actor=OWNER)


def reached(bench: Bench, order: int) -> dict[Stage, int]:
    with bench.harness.database.reading() as session:
        return {one.stage: one.reached for one in milestones(session, lines_of(session, order))}


def missing(bench: Bench, order: int) -> list[tuple[int, str]]:
    with bench.harness.database.reading() as session:
        return [(one.number, one.why) for one in undelivered.not_arrived(session, order)]


@ONE_ENGINE
@pytest.mark.parametrize("arrived", [False, True], ids=["under way", "taken as delivered"])
def test_a_parcel_that_came_back_rests_until_the_buyer_says_where_to(bench: Bench, arrived: bool) -> None:
    order = sent(bench, ENGRAVED, BARE)
    if arrived:
        bench.act(order, 1, Action.DELIVER)
    comes_back(bench, order)
    assert [(unit.stage, unit.held) for unit in bench.units(order).values()] == [
        (Stage.PACKED, Hold.QUESTION)
    ] * 2
    assert missing(bench, order) == [(1, "refused at the door"), (2, "refused at the door")]
    assert reached(bench, order)[Stage.POSTED] == 0
    with pytest.raises(NotAllowed, match="on hold"):
        bench.post(order, 1, 2)


@ONE_ENGINE
def test_it_is_posted_again_in_a_parcel_of_its_own(bench: Bench) -> None:
    order = sent(bench, ENGRAVED, BARE)
    comes_back(bench, order)
    for number in (1, 2):
        with bench.harness.database.transaction() as session:
            resume(session, order, number, actor=OWNER)
    bench.post(order, 1, 2)
    assert len(bench.parcels(order)) == 2
    assert missing(bench, order) == []
    assert reached(bench, order)[Stage.POSTED] == 2
    with pytest.raises(NotAllowed, match="on its way"):
        comes_back(bench, order)
    comes_back(bench, order, Undelivered.NOT_COLLECTED, parcel=1)
    assert bench.harness.emails(order).count("came-back") == 2


@ONE_ENGINE
def test_only_what_was_in_the_parcel_comes_back(bench: Bench) -> None:
    order = bench.paid(BARE, BARE)
    for number in (1, 2):
        bench.act(order, number, *PLAIN)
        bench.post(order, number)
    comes_back(bench, order)
    assert bench.stages(order) == [Stage.PACKED, Stage.POSTED]


@ONE_ENGINE
def test_what_is_lost_is_made_again_and_brings_no_second_donation(bench: Bench) -> None:
    order = sent(bench, ENGRAVED)
    is_lost(bench, order)
    assert (bench.stages(order), bench.units(order)[1].making) == ([Stage.TO_CHECK], 2)
    assert missing(bench, order) == [(1, Remake.LOST)]
    with bench.harness.database.reading() as session:
        assert steps_of(session, order)[1][-1].cost_pence == 900
    with pytest.raises(NotAllowed, match="on its way"):
        is_lost(bench, order)
    bench.act(order, 1, *WORDS)
    bench.post(order, 1)
    bench.harness.sync(order)
    assert bench.harness.given() == 500
    assert missing(bench, order) == []
    assert bench.harness.emails(order).count("lost") == 1


@ONE_ENGINE
def test_what_was_refunded_meanwhile_stays_so(bench: Bench) -> None:
    order = sent(bench, BARE, BARE)
    bench.refund(order, 1)
    comes_back(bench, order)
    assert bench.stages(order) == [Stage.REFUNDED, Stage.PACKED]
    assert missing(bench, order) == [(2, "refused at the door")]
    bench.refund(order, 2)
    assert missing(bench, order) == []


@ONE_ENGINE
def test_a_slip_can_be_taken_back(bench: Bench) -> None:
    order = sent(bench, BARE)
    comes_back(bench, order)
    assert bench.undo(order, 1) == Action.COME_BACK
    assert (bench.stages(order), bench.units(order)[1].held) == ([Stage.POSTED], None)
    assert missing(bench, order) == []
    comes_back(bench, order)
    assert bench.stages(order) == [Stage.PACKED]


@ONE_ENGINE
def test_nothing_is_done_while_the_payment_is_in_question(bench: Bench) -> None:
    order = sent(bench, BARE)
    bench.harness.disputes(order)
    bench.harness.sync(order)
    with pytest.raises(NotAllowed, match="in question"):
        is_lost(bench, order)
    assert bench.stages(order) == [Stage.POSTED]


def arrives(bench: Bench, order: int) -> int:
    with bench.harness.database.transaction() as session:
        return delivery.arrived(session, lock(session, order))


@ONE_ENGINE
def test_the_buyer_says_it_has_arrived_and_saying_it_twice_is_fine(bench: Bench) -> None:
    order = sent(bench, ENGRAVED, BARE)
    assert [arrives(bench, order), arrives(bench, order)] == [2, 0]
    assert bench.stages(order) == [Stage.DELIVERED] * 2
    with bench.harness.database.reading() as session:
        assert {steps[-1].actor for steps in steps_of(session, order).values()} == {"buyer"}


def assumed(bench: Bench) -> int:
    with bench.harness.database.transaction() as session:
        return delivery.assume(session) if delivery.any_to_assume(session) else -1


@ONE_ENGINE
def test_what_nobody_heard_of_is_taken_as_delivered_and_marked_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, other = sent(bench, BARE), sent(bench, ENGRAVED)
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + delivery.ASSUMED_AFTER - timedelta(minutes=1))
    assert assumed(bench) == -1
    bench.harness.disputes(other)
    bench.harness.sync(other)
    monkeypatch.setattr(clock, "now", lambda: begun + delivery.ASSUMED_AFTER + timedelta(minutes=1))
    assert [assumed(bench), assumed(bench)] == [1, -1]
    assert (bench.stages(order), bench.stages(other)) == ([Stage.DELIVERED], [Stage.POSTED])
    with bench.harness.database.reading() as session:
        assert steps_of(session, order)[1][-1].reason == Seen.ASSUMED
        assert milestones(session, lines_of(session, order))[-1].assumed


def test_what_was_posted_again_is_waited_for_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    order, begun = sent(bench, BARE), clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=10))
    comes_back(bench, order)
    with bench.harness.database.transaction() as session:
        resume(session, order, 1, actor=OWNER)
    bench.post(order, 1)
    monkeypatch.setattr(clock, "now", lambda: begun + timedelta(days=20))
    assert assumed(bench) == -1
