"""A claim is a thread: the buyer opens it, both sides write, and nothing readable lies anywhere."""

from pathlib import Path

import pytest
from sqlalchemy import select

from shop.alerts import AlertKind, open_alerts
from shop.claims import threads
from shop.claims.claim_steps import NotPossible, picture_of, waiting
from shop.claims.models import ClaimPicture, ClaimState
from shop.claims.threads import MOST_MESSAGES, MOST_PICTURES, Message
from shop.dedications.models import SealedText
from shop.privacy import erase, everything
from tests.claims.conftest import DISC, PETAL, Desk, photograph
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER

QUERY = "It says Wern, and not Wren."


def alerted(desk: Desk) -> list[str]:
    with desk.harness.database.reading() as session:
        return [alert.about for alert in open_alerts(session) if alert.kind == AlertKind.CLAIM_WAITS]


@ONE_ENGINE
def test_what_was_not_posted_cannot_be_wrong_yet(desk: Desk) -> None:
    order = desk.paid(DISC)
    with pytest.raises(NotPossible, match="was posted"):
        desk.opens(order)
    assert alerted(desk) == []


def test_a_claim_waits_for_an_answer_and_then_for_the_buyer(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order, QUERY)
    assert alerted(desk) == [desk.harness.order(order).reference]
    with desk.harness.database.reading() as session:
        assert [reference for _, reference in waiting(session, most=9)] == alerted(desk)
    desk.in_claim(order, threads.answer, Message("We are sorry.", actor=OWNER))
    assert desk.claim(order).state == ClaimState.BUYERS
    assert alerted(desk) == []
    assert "claim-answered" in desk.harness.emails(order)
    desk.writes(order, "Thank you.")
    assert desk.claim(order).state == ClaimState.OURS
    assert [(step.actor, step.words) for step in desk.said(order)] == [
        ("buyer", QUERY), (OWNER, "We are sorry."), ("buyer", "Thank you."),
    ]  # fmt: skip


def test_the_alert_stays_while_another_claim_of_the_order_waits(desk: Desk) -> None:
    order = desk.posted(DISC, PETAL)
    desk.opens(order, line=1)
    desk.opens(order, line=2)
    desk.in_claim(order, threads.answer, Message("Yes.", actor=OWNER))
    assert len(alerted(desk)) == 1
    desk.in_claim(order, threads.answer, Message("Yes.", actor=OWNER), number=2)
    assert alerted(desk) == []


def test_pressing_twice_says_it_once(desk: Desk) -> None:
    order = desk.posted(DISC)
    for _ in range(2):
        desk.opens(order, QUERY, picture=photograph())
    for _ in range(2):
        desk.in_claim(order, threads.answer, Message("We are sorry.", actor=OWNER))
    for _ in range(2):
        desk.writes(order, "Thank you.")
    assert len(desk.said(order)) == 3
    assert desk.harness.emails(order).count("claim-answered") == 1


def test_what_is_said_of_the_same_piece_again_goes_on_in_its_thread(desk: Desk) -> None:
    order = desk.posted(DISC, PETAL)
    assert [desk.opens(order, words, line=line).number for words, line in
            (("a", 1), ("b", 2), ("c", 1))] == [1, 2, 1]  # fmt: skip
    assert [step.words for step in desk.said(order)] == ["a", "c"]


@ONE_ENGINE
def test_the_same_words_with_another_picture_are_another_message(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order, "Here", picture=photograph())
    desk.writes(order, "Here", picture=photograph((300, 300)))
    assert [step.has_picture for step in desk.said(order)] == [True, True]


@ONE_ENGINE
def test_one_order_takes_only_so_many_messages_and_pictures(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order, "0", picture=photograph())
    for number in range(1, MOST_PICTURES):
        desk.writes(order, str(number), picture=photograph())
    with pytest.raises(NotPossible, match="pictures"):
        desk.writes(order, "one more", picture=photograph())
    for number in range(MOST_PICTURES, MOST_MESSAGES):
        desk.writes(order, str(number))
    with pytest.raises(NotPossible, match="e-mail"):
        desk.writes(order, "one more")


def test_another_orders_claim_and_picture_are_not_found(desk: Desk) -> None:
    order, other = desk.posted(DISC), desk.posted(DISC)
    desk.opens(order, picture=photograph())
    desk.opens(other)
    step = desk.said(order)[0].id
    with desk.harness.database.reading() as session:
        vault = desk.harness.services.vault
        assert picture_of(session, vault, desk.claim(order), step) == photograph()
        assert picture_of(session, vault, desk.claim(other), step) is None
    with pytest.raises(NotPossible):
        desk.claim(order, 2)


def test_neither_words_nor_picture_can_be_read_in_the_database(desk: Desk, tmp_path: Path) -> None:
    order = desk.posted(DISC)
    desk.opens(order, QUERY, picture=photograph())
    with desk.harness.database.reading() as session:
        sealed = [row.ciphertext for row in session.scalars(select(SealedText))]
        sealed += session.scalars(select(ClaimPicture.sealed)).all()
    assert sealed
    assert not [one for one in sealed if QUERY.encode() in one or photograph()[:64] in one]


def test_a_claim_is_exported_whole_and_erased_with_its_order(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order, QUERY, picture=photograph())
    reference, vault = desk.harness.order(order).reference, desk.harness.services.vault
    with desk.harness.database.reading() as session:
        (claim,) = everything(session, vault, reference)["claims"]
    (said,) = claim["said"]
    assert (claim["pieces"], claim["wish"], said["words"]) == ([1], "make it again", QUERY)
    assert said["picture"]
    with desk.harness.database.transaction() as session:
        erase(session, vault, reference, actor="test")
    with desk.harness.database.reading() as session:
        (claim,) = everything(session, vault, reference)["claims"]
        assert [(said["words"], said["picture"]) for said in claim["said"]] == [("", None)]
        assert session.scalars(select(ClaimPicture)).all() == []
