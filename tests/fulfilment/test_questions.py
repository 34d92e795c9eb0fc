"""A question to the buyer: asked while a unit rests, answered on the order's page, sealed with the order."""

import json

import pytest

from shop import privacy
from shop.alerts import AlertKind, open_alerts
from shop.dedications.words import DedicationRefused
from shop.fulfilment import questions, units
from shop.fulfilment.stages import Action, Hold
from shop.fulfilment.units import NotAllowed
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, Bench


def ask(bench: Bench, order: int, words: str = "Is it Wren or Wrén?", number: int = 1) -> None:
    with bench.harness.database.transaction() as session:
        questions.ask(session, bench.harness.services.vault, order, number, words, actor=OWNER)


def answer(bench: Bench, order: int, words: str, question: int = 1) -> None:
    with bench.harness.database.transaction() as session:
        questions.answer(session, bench.harness.services.vault, order, question, words)


def asked(bench: Bench, order: int) -> list[questions.Question]:
    with bench.harness.database.reading() as session:
        return list(questions.questions_of(session, bench.harness.services.vault, order))


@pytest.fixture
def order(bench: Bench) -> int:
    return bench.paid(("disc", "Wren"), ("petal", ""))


@ONE_ENGINE
def test_the_answer_ends_the_hold_by_itself_and_the_owner_is_told(bench: Bench, order: int) -> None:
    ask(bench, order)
    assert bench.units(order)[1].held == Hold.QUESTION
    assert bench.harness.emails(order) == ["order-confirmation", "question"]
    answer(bench, order, "Wrén, please")
    assert bench.units(order)[1].held is None
    (one,) = asked(bench, order)
    assert (one.words, one.answer, one.waits) == ("Is it Wren or Wrén?", "Wrén, please", False)
    with bench.harness.database.reading() as session:
        (alert,) = [a for a in open_alerts(session) if a.kind == AlertKind.QUESTION_ANSWERED]
    assert alert.about == bench.harness.order(order).reference
    assert "Wrén" not in alert.detail
    bench.act(order, 1, Action.CHECK)


def test_a_question_is_answered_once(bench: Bench, order: int) -> None:
    ask(bench, order)
    answer(bench, order, "Wren")
    with pytest.raises(NotAllowed):
        answer(bench, order, "Another")
    assert asked(bench, order)[0].answer == "Wren"


@ONE_ENGINE
def test_a_hold_that_was_ended_at_the_bench_needs_no_answer(bench: Bench, order: int) -> None:
    ask(bench, order)
    with bench.harness.database.transaction() as session:
        units.resume(session, order, 1, actor=OWNER)
    assert not asked(bench, order)[0].waits
    with pytest.raises(NotAllowed):
        answer(bench, order, "Too late")
    ask(bench, order, "And now?")
    assert [one.waits for one in asked(bench, order)] == [False, True], "the newest is the one that is asked"


@ONE_ENGINE
def test_a_question_about_one_piece_leaves_the_others_alone(bench: Bench, order: int) -> None:
    ask(bench, order, number=2)
    assert [unit.held for _, unit in sorted(bench.units(order).items())] == [None, Hold.QUESTION]
    other = bench.paid(("petal", ""))
    with pytest.raises(NotAllowed):
        answer(bench, other, "An answer to somebody else's question")
    assert asked(bench, order)[0].waits


@ONE_ENGINE
@pytest.mark.parametrize(("words", "refused"), [
    ("", questions.NothingWritten), (" \n", questions.NothingWritten),
    ("a\0b", DedicationRefused), ("\u202eabc", DedicationRefused), ("a" * 5000, DedicationRefused),
])  # fmt: skip
def test_what_cannot_be_read_is_neither_asked_nor_answered(
    bench: Bench, order: int, words: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        ask(bench, order, words)
    assert bench.units(order)[1].held is None
    ask(bench, order)
    with pytest.raises(refused):
        answer(bench, order, words)
    assert bench.units(order)[1].held == Hold.QUESTION


def test_both_are_sealed_given_out_when_asked_for_and_erased_with_the_order(bench: Bench, order: int) -> None:
    ask(bench, order)
    answer(bench, order, "Wrén, please")
    vault, reference = bench.harness.services.vault, bench.harness.order(order).reference
    with bench.harness.database.reading() as session:
        found = json.dumps(privacy.everything(session, vault, reference), ensure_ascii=False)
    assert "Is it Wren or Wrén?" in found
    assert "Wrén, please" in found
    with bench.harness.database.transaction() as session:
        privacy.erase(session, vault, reference, actor="test")
    assert [(one.words, one.answer) for one in asked(bench, order)] == [("", "")]
    with pytest.raises(NotAllowed):
        answer(bench, order, "After all")
