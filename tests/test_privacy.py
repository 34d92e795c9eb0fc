"""What is kept about an order, shown whole, and erased for good."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shop import privacy
from shop.catalogue import snapshot
from shop.db import Database
from shop.dedications.key_tables import word_key
from shop.dedications.models import OrderKey, SealedText, WallEntry
from shop.engraving import check
from shop.orders import hand_drawings, wall
from shop.orders.lifecycle import with_link
from shop.orders.models import Order, OrderLine
from shop.orders.placing import Contact, OrderDraft, fingerprint, place
from shop.orders.wall import WallState
from shop.payments.attempts import open_attempt
from shop.payments.payment_page import start_payment
from shop.pricing import LineItem
from tests.harness import Harness, open_harness, quoted


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)


MARK = "Qanary"


@pytest.fixture
def reference(harness: Harness) -> str:
    """A paid order in which every word is the same mark."""
    with harness.database.transaction() as session:
        catalogue = snapshot.load(session)
        disc = catalogue.by_slug["disc"]
        engraving = check(disc.sides, "marcellus", {("front", 1): MARK})
        draft = OrderDraft(
            items=(LineItem(disc.variants[0].id, engraving, f"{MARK} dedication", MARK),),
            contact=Contact(f"{MARK}@example.com", MARK, MARK, MARK, MARK, "BA1 1AA", MARK, "GB", MARK),
            postage="tracked-48",
            gift_message=MARK,
        )
        priced = quoted(catalogue, draft)
        order = place(session, harness.services, draft, priced, buyer_hash="b" * 64)
        open_attempt(session, harness.services, order, priced)
    start_payment(harness.services, harness.attempt(order.id).id)
    harness.pays(order.id)
    harness.sync(order.id)
    return order.reference


def show_on_the_wall(harness: Harness, reference: str) -> None:
    with harness.database.transaction() as session:
        wall.decide(
            session, harness.services.vault, reference, 1,
            to=WallState.SHOWN, seen=WallState.WAITING, actor="owner@example.com",
        )  # fmt: skip


def kept(harness: Harness, reference: str) -> Any:
    with harness.database.reading() as session:
        found = privacy.everything(session, harness.services.vault, reference)
    return json.loads(json.dumps(found))


def erase(harness: Harness, reference: str) -> privacy.Erased:
    with harness.database.transaction() as session:
        return privacy.erase(session, harness.services.vault, reference, actor="test")


def test_everything_the_buyer_typed_and_all_that_happened_is_there(harness: Harness, reference: str) -> None:
    found = kept(harness, reference)
    assert found["order"] == reference
    assert found["came_by"] == {"way": "the shop's own pages"}
    contact = found["contact"]
    assert isinstance(contact, dict)
    assert (contact["name"], contact["phone"], contact["buyer_name"]) == (MARK, MARK, MARK)
    assert contact["email"] == f"{MARK}@example.com"
    (piece,) = found["pieces"]
    assert piece["engraving"] == [{"side": "front", "line": 1, "text": MARK}]
    assert piece["dedication"] == f"{MARK} dedication"
    assert {"digest", "cut_digest", "salt", "sides", "engraving"} == set(piece["proof"]), (
        "enough to prove what was approved"
    )
    assert (piece["shared_on_the_wall_as"], piece["on_the_wall"]) == (MARK, "waiting")
    assert [entry["amount_pence"] for entry in found["payments"]] == [found["total_pence"]]
    assert [email["what"] for email in found["emails"]] == ["order-confirmation"]
    assert [row["amount_pence"] for row in found["donation_ledger"]] == [500]
    assert {event["what"] for event in found["history"]} == {"placed", "paid"}
    assert len(found["links_to_the_order"]) == 1


def test_nothing_that_is_sealed_with_an_order_is_left_out(harness: Harness, reference: str) -> None:
    vault = harness.services.vault
    with harness.database.transaction() as session:
        hand_drawings.send(session, vault, 1, 1, {"front": "M0 0h1v1z"}, actor="owner@example.com")
        hand_drawings.ask_for_change(session, vault, 1, 1, 1, wish="A little larger, please")
    told = json.dumps(kept(harness, reference))
    with harness.database.reading() as session:
        sealed = vault.reveal_all(session, 1)
    assert len(sealed) == 5
    assert [leaf for leaf in leaves(sealed) if json.dumps(leaf).strip('"') not in told] == []


def leaves(value: Any) -> Iterator[Any]:
    """Every text and number in it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            yield value
            return
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    else:
        yield value


def test_the_file_opens_no_door(harness: Harness, reference: str) -> None:
    text = json.dumps(kept(harness, reference))
    with harness.database.reading() as session:
        link = with_link(session, privacy.order_id(session, reference), harness.services.secret_key)[1]
    assert link
    assert link not in text
    assert "b" * 64 not in text


def test_erasing_takes_words_links_and_waiting_emails_and_leaves_the_books(
    harness: Harness, reference: str
) -> None:
    before = kept(harness, reference)
    assert erase(harness, reference) == privacy.Erased(words=True, emails=1)
    after = kept(harness, reference)
    assert MARK not in json.dumps(after)
    assert (after["contact"], after["gift"]) == (None, None)
    for same in ("total_pence", "payments", "donation_ledger", "placed_at"):
        assert after[same] == before[same]
    assert after["links_to_the_order"][0]["closed_at"]
    assert after["emails"][0]["not_sent_because"] == "erased"
    assert after["history"][-1]["what"] == "erased"
    assert harness.sound() == []
    assert harness.given() == 500


def test_erasing_takes_the_words_off_the_wall(harness: Harness, reference: str) -> None:
    show_on_the_wall(harness, reference)
    (piece,) = kept(harness, reference)["pieces"]
    assert piece["on_the_wall"] == "shown"
    erase(harness, reference)
    (piece,) = kept(harness, reference)["pieces"]
    assert (piece["shared_on_the_wall_as"], piece["on_the_wall"]) == (None, None)
    with harness.database.reading() as session:
        assert wall.page(session, harness.services.vault, 1).entries == []
        assert session.scalars(select(WallEntry)).all() == []


def test_nothing_is_left_to_guess_the_words_from(harness: Harness, reference: str) -> None:
    erase(harness, reference)
    with harness.database.reading() as session:
        assert session.scalars(select(OrderKey)).all() == []
        assert session.scalars(select(SealedText)).all() == []
        assert session.scalars(select(OrderLine.proof_digest)).all() == [None]
        assert session.scalars(select(OrderLine.cut_digest)).all() == [None]
        assert (harness.order(1).fingerprint, harness.order(1).buyer_hash) == ("", "")


def test_what_was_agreed_to_cannot_be_guessed_from_a_stolen_copy(harness: Harness) -> None:
    """A bare digest lets everybody test guesses: this one is under the order's own key, and goes with it."""
    draft = harness.draft("petal")
    with harness.database.transaction() as session:
        priced = quoted(snapshot.load(session), draft)
        orders = [place(session, harness.services, draft, priced, buyer_hash=buyer) for buyer in "ab"]
    bare, kept = fingerprint(draft, priced), [order.fingerprint for order in orders]
    assert bare not in kept
    assert kept[0] != kept[1], "not even whether two orders are alike"
    with harness.database.reading() as session:
        assert harness.services.vault.keyed(session, orders[0].id, bare) == kept[0]
    erase(harness, orders[0].reference)
    with harness.database.reading() as session:
        assert harness.services.vault.keyed(session, orders[0].id, bare) is None


def test_erasing_twice_says_so_and_adds_nothing(harness: Harness, reference: str) -> None:
    erase(harness, reference)
    history = kept(harness, reference)["history"]
    assert erase(harness, reference) == privacy.Erased(words=False, emails=0)
    assert kept(harness, reference)["history"] == history


def test_an_erased_order_can_still_be_refunded_and_settled(harness: Harness, reference: str) -> None:
    erase(harness, reference)
    harness.refunds(1)
    assert harness.sync(1) == "refunded"
    assert harness.given() == 0


@pytest.mark.parametrize("wrong", ["PM-0000-00", "", "' OR 1=1"])
def test_an_order_there_is_not_is_said_to_be_unknown(harness: Harness, wrong: str) -> None:
    with pytest.raises(privacy.UnknownOrder):
        kept(harness, wrong)
    with pytest.raises(privacy.UnknownOrder):
        erase(harness, wrong)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_byte_of_the_words_or_of_what_sealed_them_stays_in_the_files(
    harness: Harness, reference: str, tmp_path: Path
) -> None:
    with harness.database.reading() as session:
        sealed = [bytes(row) for row in session.scalars(select(SealedText.ciphertext))]
        sealed += [bytes(row) for row in session.scalars(select(WallEntry.sealed)) if row]
    with harness.services.vault.keys.database.reading() as session:
        sealed += [bytes(row) for row in session.scalars(select(word_key.c.wrapped_key))]
        sealed += [row.encode() for row in session.scalars(select(word_key.c.contact_index)) if row]
    assert len(sealed) == 3 + 1 + 2 + 1
    assert any(sealed[-1] in file.read_bytes() for file in tmp_path.rglob("*.db*")), "it is there to be found"
    show_on_the_wall(harness, reference)
    erase(harness, reference)
    harness.database.forget_deleted()
    for file in (file for file in tmp_path.rglob("*") if file.is_file()):
        content = file.read_bytes()
        assert MARK.encode() not in content
        assert not any(part in content for part in sealed)


def test_when_its_time_is_over_an_order_is_erased_by_itself_and_once(
    harness: Harness, reference: str
) -> None:
    with harness.database.reading() as session:
        placed_at = session.scalars(select(Order.placed_at).where(Order.reference == reference)).one()

    def erase_before(moment: datetime) -> list[str]:
        with harness.database.transaction() as session:
            return privacy.erase_old(session, harness.services.vault, placed_before=moment, actor="test")

    assert erase_before(placed_at) == []
    assert kept(harness, reference)["contact"]["name"] == MARK
    assert erase_before(placed_at + timedelta(seconds=1)) == [reference]
    assert MARK not in json.dumps(kept(harness, reference))
    assert erase_before(placed_at + timedelta(seconds=1)) == []
