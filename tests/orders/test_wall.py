"""The wall: only what was shared, paid for and read by a person; gone when its writer says so, for good."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from shop import privacy
from shop.catalogue import snapshot
from shop.dedications.models import WallEntry
from shop.orders import wall
from shop.orders.lifecycle import State, history
from shop.orders.models import Order
from shop.orders.placing import OrderDraft, open_again, place
from shop.orders.wall import DecidedBefore, NotOffered, WallState
from shop.payments.attempts import open_attempt
from shop.payments.payment_page import start_payment
from shop.pricing import LineItem
from tests.engines import ONE_ENGINE
from tests.harness import CONTACT, Harness, quoted

WORDS = "For Caoimhe,\nalways <b>&"
OWNER = "owner@example.com"


def order(harness: Harness, *shared: str | None, paid: bool = True, words: str | None = WORDS) -> int:
    """An order of petals, one a name: each with a dedication, shared under that name or (None) not."""
    petal = harness.draft("petal").items[0].variant_id
    lines = tuple(LineItem(petal, None, words, name) for name in shared)
    with harness.database.transaction() as session:
        draft = OrderDraft(items=lines, contact=CONTACT, postage="tracked-48")
        priced = quoted(snapshot.load(session), draft)
        made = place(session, harness.services, draft, priced, buyer_hash="b")
        open_attempt(session, harness.services, made, priced)
    start_payment(harness.services, harness.attempt(made.id).id)
    if paid:
        harness.pays(made.id)
        harness.sync(made.id)
    return made.id


def decide(
    harness: Harness,
    order_id: int,
    to: WallState,
    *,
    number: int = 1,
    seen: WallState = WallState.WAITING,
    actor: str = OWNER,
) -> None:
    reference = harness.order(order_id).reference
    with harness.database.transaction() as session:
        wall.decide(session, harness.services.vault, reference, number, to=to, seen=seen, actor=actor)


def withdraw(harness: Harness, order_id: int, number: int = 1) -> bool:
    with harness.database.transaction() as session:
        return wall.withdraw(session, harness.services.vault, order_id, number)


def waiting(harness: Harness) -> list[tuple[str, str]]:
    with harness.database.reading() as session:
        return [(found.words, found.name) for found in wall.waiting(session, harness.services.vault)]


def shown(harness: Harness, number: int = 1) -> list[tuple[str, str]]:
    with harness.database.reading() as session:
        return [
            (entry.words, entry.name) for entry in wall.page(session, harness.services.vault, number).entries
        ]


def kept(harness: Harness) -> list[bool]:
    """For each shared dedication whether anything of it is kept for the wall: sealed, never to be read."""
    with harness.database.reading() as session:
        found = list(session.scalars(select(WallEntry.sealed).order_by(WallEntry.number)))
    assert not any(WORDS.encode() in (sealed or b"") for sealed in found)
    return [sealed is not None for sealed in found]


@ONE_ENGINE
def test_a_dedication_is_private_unless_it_was_shared(harness: Harness) -> None:
    order(harness, None)
    assert waiting(harness) == []
    assert kept(harness) == []


@ONE_ENGINE
def test_what_was_shared_and_paid_for_waits_to_be_read_and_no_one_sees_it(harness: Harness) -> None:
    order(harness, "Síle & Tomás", None, "")
    assert waiting(harness) == [(WORDS, "Síle & Tomás"), (WORDS, "")]
    assert shown(harness) == []
    assert kept(harness) == [True, True]


@ONE_ENGINE
def test_what_was_never_paid_for_is_never_offered_and_cannot_be_shown(harness: Harness) -> None:
    unpaid = order(harness, "Síle", paid=False)
    assert waiting(harness) == []
    with pytest.raises(NotOffered):
        decide(harness, unpaid, WallState.SHOWN)
    assert shown(harness) == []


def test_an_order_opened_for_payment_again_is_offered_once(harness: Harness) -> None:
    made = order(harness, "Síle", paid=False)
    with harness.database.transaction() as session:
        session.execute(update(Order).values(state=State.EXPIRED))
        priced = quoted(snapshot.load(session), harness.draft("petal"))
        open_attempt(session, harness.services, open_again(session, made, priced), priced)
    start_payment(harness.services, harness.attempt(made).id)
    harness.pays(made)
    harness.sync(made)
    harness.sync(made)
    assert waiting(harness) == [(WORDS, "Síle")]


def test_what_was_read_and_shown_is_on_the_wall_as_it_was_written(harness: Harness) -> None:
    made = order(harness, "Síle")
    decide(harness, made, WallState.SHOWN)
    assert shown(harness) == [(WORDS, "Síle")]
    assert waiting(harness) == []
    with harness.database.reading() as session:
        last = history(session, made)[-1]
        (seen,) = wall.decided(session, harness.services.vault)
    assert (last.kind, last.actor, last.data) == ("put on the wall", OWNER, {"piece": 1})
    assert (seen.state, seen.words) == (WallState.SHOWN, WORDS)


def test_what_was_left_off_is_not_on_it_and_may_be_put_there_later(harness: Harness) -> None:
    made = order(harness, "Síle")
    decide(harness, made, WallState.LEFT_OUT)
    assert (shown(harness), waiting(harness)) == ([], [])
    decide(harness, made, WallState.SHOWN, seen=WallState.LEFT_OUT)
    assert shown(harness) == [(WORDS, "Síle")]
    decide(harness, made, WallState.LEFT_OUT, seen=WallState.SHOWN)
    assert (shown(harness), kept(harness)) == ([], [True])


def test_withdrawing_destroys_the_key_and_is_for_good(harness: Harness) -> None:
    made = order(harness, "Síle")
    decide(harness, made, WallState.SHOWN)
    assert withdraw(harness, made)
    assert shown(harness) == []
    assert kept(harness) == [False]
    for seen in WallState:
        with pytest.raises(NotOffered):
            decide(harness, made, WallState.SHOWN, seen=seen)
    assert withdraw(harness, made), "once more is fine"
    with harness.database.reading() as session:
        kinds = [event.kind for event in history(session, made)]
    assert kinds[-2:] == ["put on the wall", "taken off the wall"]
    assert not withdraw(harness, made, number=2)


def test_what_was_withdrawn_before_anyone_read_it_is_never_offered(harness: Harness) -> None:
    made = order(harness, "Síle")
    withdraw(harness, made)
    assert waiting(harness) == []
    with pytest.raises(NotOffered):
        decide(harness, made, WallState.SHOWN, seen=WallState.WITHDRAWN)


def test_a_refund_leaves_the_words_where_the_buyer_put_them(harness: Harness) -> None:
    made = order(harness, "Síle")
    decide(harness, made, WallState.SHOWN)
    harness.refunds(made)
    assert harness.sync(made) == State.REFUNDED
    assert shown(harness) == [(WORDS, "Síle")]
    assert withdraw(harness, made)


@ONE_ENGINE
def test_words_of_an_order_given_back_before_they_were_read_stay_private(harness: Harness) -> None:
    made = order(harness, "Síle")
    harness.refunds(made)
    harness.sync(made)
    assert waiting(harness) == []
    with pytest.raises(NotOffered):
        decide(harness, made, WallState.SHOWN)
    decide(harness, made, WallState.LEFT_OUT)


def test_words_that_were_erased_cannot_be_shown(harness: Harness) -> None:
    made = order(harness, "Síle")
    reference = harness.order(made).reference
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, reference, actor="test")
    with pytest.raises(NotOffered):
        decide(harness, made, WallState.SHOWN)


def test_two_who_decide_at_once_decide_once(harness: Harness) -> None:
    made = order(harness, "Síle")
    start = Barrier(2)

    def choose(to: WallState) -> WallState | None:
        start.wait(30)
        try:
            decide(harness, made, to, actor=to.value)
        except DecidedBefore as before:
            return before.state
        return None

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(choose, [WallState.SHOWN, WallState.LEFT_OUT]))
    winner = WallState.SHOWN if answers[0] is None else WallState.LEFT_OUT
    assert sorted(answers, key=str) == sorted([None, winner], key=str)
    assert shown(harness) == ([(WORDS, "Síle")] if winner is WallState.SHOWN else [])


def test_the_buyer_withdraws_while_the_owner_decides_and_nothing_is_shown(harness: Harness) -> None:
    made = order(harness, "Síle")
    start = Barrier(2)

    def put_up() -> None:
        start.wait(30)
        with suppress(NotOffered):
            decide(harness, made, WallState.SHOWN)

    def take_off() -> None:
        start.wait(30)
        withdraw(harness, made)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(put_up), pool.submit(take_off)]:
            done.result()
    assert shown(harness) == []


@ONE_ENGINE
def test_the_newest_stand_first_and_pages_follow_one_another(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "PER_PAGE", 2)
    names = ["one", "two", "three", "four", "five"]
    made = order(harness, *names)
    for number in range(1, 6):
        decide(harness, made, WallState.SHOWN, number=number)
    assert [[name for _, name in shown(harness, page)] for page in (1, 2, 3, 4)] == [
        ["five", "four"], ["three", "two"], ["one"], [],
    ]  # fmt: skip
    with harness.database.reading() as session:
        assert [wall.page(session, harness.services.vault, page).more for page in (1, 2, 3)] == [
            True,
            True,
            False,
        ]


@ONE_ENGINE
@pytest.mark.parametrize("number", [0, 2, 99])
def test_a_line_there_is_not_is_not_offered(harness: Harness, number: int) -> None:
    made = order(harness, "Síle")
    with pytest.raises(NotOffered):
        decide(harness, made, WallState.SHOWN, number=number)


@ONE_ENGINE
def test_only_showing_and_leaving_off_are_decisions(harness: Harness) -> None:
    made = order(harness, "Síle")
    for to in (WallState.WAITING, WallState.WITHDRAWN):
        with pytest.raises(ValueError, match="a decision"):
            decide(harness, made, to)


def test_the_database_itself_keeps_nothing_of_what_was_withdrawn(harness: Harness) -> None:
    order(harness, "Síle")
    for wrong in ("state = 'withdrawn'", "sealed = NULL", "state = 'shown'"):
        with pytest.raises(IntegrityError), harness.database.transaction() as session:
            session.execute(text(f"UPDATE wall_entry SET {wrong}"))


def test_words_whose_key_is_gone_are_not_shown_although_the_row_says_so(harness: Harness) -> None:
    """Its writer withdrew it, and the process was killed before the row was changed."""
    made = order(harness, "Síle", "Aoife")
    for number in (1, 2):
        decide(harness, made, WallState.SHOWN, number=number)
    with harness.database.reading() as session:
        key_id = session.scalars(select(WallEntry.key_id).where(WallEntry.number == 1)).one()
    harness.services.vault.destroy([key_id], [])
    assert [name for _, name in shown(harness)] == ["Aoife"]
    with harness.database.reading() as session:
        assert [found.name for found in wall.decided(session, harness.services.vault)] == ["Aoife"]
