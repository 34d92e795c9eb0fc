"""What may be put right until when, on both databases; and the one moment at which it may no more."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shop import privacy
from shop.catalogue import snapshot
from shop.engraving import check
from shop.engraving.outlines import CutSide
from shop.fulfilment import corrections, units
from shop.fulfilment.corrections import BUYER, ChangedMeanwhile, NewWords, TooLate
from shop.fulfilment.stages import Action, Remake, Stage
from shop.fulfilment.units import NotAllowed
from shop.orders.approved_engraving import Approved
from shop.orders.cutting import cut_as_approved, problems
from shop.orders.view import LineView, view
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


def new_words(bench: Bench, words: str) -> NewWords:
    with bench.harness.database.reading() as session:
        sides = snapshot.load(session).by_slug["disc"].sides
    engraving = check(sides, "great-vibes", {("front", 1): words})
    return NewWords.of(Approved.now(engraving, sides) if engraving else None)


def corrects(
    bench: Bench, order: int, words: NewWords, *, wording: int = 1, actor: str = BUYER, why: str = ""
) -> bool:
    with bench.harness.database.transaction() as session:
        return corrections.correct_words(
            session, bench.harness.services.vault, order, 1, words, wording=wording, actor=actor, why=why
        )


def line(bench: Bench, order: int) -> LineView:
    with bench.harness.database.reading() as session:
        return view(session, bench.harness.services.vault, bench.harness.order(order)).lines[0]


def words(bench: Bench, order: int) -> list[str]:
    return [text for _, text in line(bench, order).words]


@ONE_ENGINE
def test_every_version_is_kept_sealed_with_who_when_and_why(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    corrects(bench, order, new_words(bench, "Swift"))
    corrects(bench, order, new_words(bench, "Robin"), wording=2, actor=OWNER, why="She telephoned.")
    with bench.harness.database.reading() as session:
        vault = bench.harness.services.vault
        found = privacy.everything(session, vault, bench.harness.order(order).reference)["corrections"]
        assert list(problems(session, vault, bench.harness.order(order))) == []
    assert [(one["what"], one["piece"], one["by"], one["why"]) for one in found] == [
        ("words", 1, "buyer", ""),
        ("words", 1, OWNER, "She telephoned."),
    ]
    assert [Approved.unsealed(one["before"]).engraving.lines[0].text for one in found] == ["Wren", "Swift"]  # type: ignore[union-attr]
    assert all(one["before"]["proof_digest"] for one in found)
    assert words(bench, order) == ["Robin"]


def test_erased_words_take_their_former_versions_along(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    corrects(bench, order, new_words(bench, "Swift"))
    reference, vault = bench.harness.order(order).reference, bench.harness.services.vault
    with bench.harness.database.transaction() as session:
        privacy.erase(session, vault, reference, actor=OWNER)
    with bench.harness.database.reading() as session:
        (kept,) = privacy.everything(session, vault, reference)["corrections"]
    assert kept.keys() == {"at", "what", "piece", "by"}
    with pytest.raises(TooLate, match="erased"):
        corrects(bench, order, new_words(bench, "Robin"), wording=2)


@ONE_ENGINE
@pytest.mark.parametrize("done", range(len(WORDS) + 1))
def test_the_words_are_open_until_engraving_begins_and_never_after(bench: Bench, done: int) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, *WORDS[:done])
    if done <= WORDS.index(Action.BEGIN):
        assert corrects(bench, order, new_words(bench, "Swift"))
        assert bench.stages(order) == [Stage.TO_CHECK]
        return
    for actor in (BUYER, OWNER):
        with pytest.raises(TooLate):
            corrects(bench, order, new_words(bench, "Swift"), actor=actor)
    assert words(bench, order) == ["Wren"]


@ONE_ENGINE
def test_what_is_made_again_is_the_owners_to_change_alone(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.WORDS)
    with pytest.raises(TooLate, match="made again"):
        corrects(bench, order, new_words(bench, "Swift"))
    assert corrects(bench, order, new_words(bench, "Swift"), actor=OWNER)


@ONE_ENGINE
def test_a_plain_unit_that_is_packed_takes_no_words(bench: Bench) -> None:
    order = bench.paid(("disc", ""))
    bench.act(order, 1, *PLAIN)
    with pytest.raises(TooLate, match="It is packed"):
        corrects(bench, order, new_words(bench, "Swift"))


@ONE_ENGINE
def test_before_an_order_is_paid_for_there_is_nothing_to_correct(bench: Bench) -> None:
    order = bench.ordered(ENGRAVED)
    with pytest.raises(NotAllowed):
        corrects(bench, order, new_words(bench, "Swift"))


@ONE_ENGINE
def test_who_looked_at_other_words_is_told_and_changes_nothing(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    corrects(bench, order, new_words(bench, "Swift"))
    with pytest.raises(ChangedMeanwhile):
        corrects(bench, order, new_words(bench, "Robin"), wording=1)
    assert words(bench, order) == ["Swift"]


@ONE_ENGINE
def test_a_correction_moves_the_orders_version_so_that_nothing_is_undone_by_a_look(bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    before = bench.harness.order(order).version
    corrects(bench, order, new_words(bench, "Swift"))
    assert bench.harness.order(order).version > before
    bench.harness.sync(order)
    assert words(bench, order) == ["Swift"]


APART = 0.004
"""Seconds between the two, at most: so that sometimes the one and sometimes the other is first."""


def race(bench: Bench, new: NewWords) -> str:
    """Engraving begins and the words are corrected at the same moment. Gives what came first."""
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK)
    before = line(bench, order)
    start = threading.Barrier(2)

    def begins() -> CutSide | None:
        cut_as_approved(before)  # the owner's files are made before the button is pressed
        start.wait(30)
        time.sleep(random.uniform(0, APART))
        try:
            bench.act(order, 1, Action.BEGIN)
        except NotAllowed:
            return None
        return cut_as_approved(line(bench, order))["front"]

    def changes() -> bool:
        start.wait(30)
        time.sleep(random.uniform(0, APART))
        try:
            return corrects(bench, order, new)
        except TooLate:
            return False

    with ThreadPoolExecutor(2) as pool:
        cut, changed = pool.submit(begins), pool.submit(changes)
        began, was_changed = cut.result(60), changed.result(60)
    stands = line(bench, order)
    assert stands.as_approved
    if was_changed:
        assert began is None, "nobody cuts the former words"
        assert (bench.stages(order), words(bench, order)) == ([Stage.TO_CHECK], ["Swift"])
        bench.act(order, 1, Action.CHECK, Action.BEGIN)
        return "corrected"
    assert (bench.stages(order), words(bench, order)) == ([Stage.ENGRAVING], ["Wren"])
    assert began == cut_as_approved(before)["front"]
    assert bench.harness.emails(order) == ["order-confirmation", "engraving-begun"]
    return "begun"


def test_beginning_to_engrave_and_a_correction_meet_and_one_of_them_comes_first(bench: Bench) -> None:
    bench.harness.set_stock("disc", 100)
    new = new_words(bench, "Swift")
    assert {race(bench, new) for _ in range(10)} <= {"corrected", "begun"}


@pytest.mark.faults_long
def test_of_two_hundred_races_none_ends_in_a_mix(bench: Bench) -> None:
    bench.harness.set_stock("disc", 1_000)
    new = new_words(bench, "Swift")
    found = [race(bench, new) for _ in range(200)]
    print(f"corrected {found.count('corrected')}, begun {found.count('begun')}")  # noqa: T201
    assert {*found} == {"corrected", "begun"}
