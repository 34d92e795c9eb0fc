"""What the buyer approved stays so, whatever becomes of the piece, and anyone can see that it did."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from shop.catalogue import snapshot
from shop.catalogue.models import Side
from shop.engraving import check, drawing
from shop.orders.models import Order, OrderLine
from shop.orders.placing import fingerprint, place
from shop.orders.view import LineView, view
from shop.pricing import LineItem
from tests.engines import ONE_ENGINE
from tests.harness import Harness, quoted


def order_words(harness: Harness, text: str = "Siân", face: str = "marcellus") -> int:
    """Place an order for a silver disc with these words on the front. Give its id."""
    with harness.database.transaction() as session:
        catalogue = snapshot.load(session)
        disc = catalogue.by_slug["disc"]
        engraving = check(disc.sides, face, {("front", 1): text, ("front", 2): "2024"})
        draft = harness.draft("disc", "disc")
        line = LineItem(disc.variants[0].id, engraving, None)
        draft = draft.__class__(items=(line, line), contact=draft.contact, postage=draft.postage)
        order = place(
            session, harness.services, draft, quoted(catalogue, draft), buyer_hash=f"buyer of {text}"
        )
        return order.id


def lines(harness: Harness, order_id: int) -> list[LineView]:
    with harness.database.reading() as session:
        return list(view(session, harness.services.vault, session.get_one(Order, order_id)).lines)


@ONE_ENGINE
def test_what_is_drawn_later_is_what_was_approved(harness: Harness) -> None:
    for line in lines(harness, order_words(harness)):
        assert line.as_approved
        assert [side.key for side in line.sides] == ["front"]
        assert line.words == [("Front, line 1", "Siân"), ("Front, along the lower edge", "2024")]


def test_a_piece_that_changes_later_does_not_change_the_approved_drawing(harness: Harness) -> None:
    before = lines(harness, order_id := order_words(harness))
    with harness.database.transaction() as session:
        session.execute(update(Side).values(width_tenths=140, height_tenths=140, rim=False))
    after = lines(harness, order_id)
    assert [line.sides for line in after] == [line.sides for line in before]
    assert all(line.as_approved for line in after)


def test_a_piece_that_changes_between_looking_and_paying_must_be_looked_at_again(harness: Harness) -> None:
    with harness.database.transaction() as session:
        catalogue = snapshot.load(session)
        disc = catalogue.by_slug["disc"]
        line = LineItem(disc.variants[0].id, check(disc.sides, "marcellus", {("front", 1): "Siân"}), None)
        draft = harness.draft("disc")
        draft = draft.__class__(items=(line,), contact=draft.contact, postage=draft.postage)
        seen = fingerprint(draft, quoted(catalogue, draft))
        session.execute(update(Side).values(width_tenths=140, height_tenths=140))
        session.flush()
        assert fingerprint(draft, quoted(snapshot.load(session), draft)) != seen


@ONE_ENGINE
def test_another_drawing_of_the_same_words_is_not_what_was_approved(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = order_words(harness)
    monkeypatch.setattr(drawing, "_EDGE_MM", 0.2)
    drawing.edge_drawn.cache_clear()
    assert not any(line.as_approved for line in lines(harness, order_id))
    drawing.edge_drawn.cache_clear()


@ONE_ENGINE
def test_a_face_with_another_file_is_not_what_was_approved(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = order_words(harness)
    monkeypatch.setattr("shop.engraving.faces._sha256", lambda *_: "0" * 64)
    assert not any(line.as_approved for line in lines(harness, order_id))


@ONE_ENGINE
def test_a_face_that_is_gone_is_not_what_was_approved(
    harness: Harness, take_away_face: Callable[[str], object]
) -> None:
    order_id = order_words(harness)
    take_away_face("marcellus")
    assert not any(line.as_approved for line in lines(harness, order_id))


def test_two_of_the_same_name_have_different_digests_so_none_can_be_guessed(harness: Harness) -> None:
    order_words(harness, "Wren")
    with harness.database.reading() as session:
        digests = session.scalars(select(OrderLine.proof_digest)).all()
    assert len(set(digests)) == 2
    assert all(digest is not None and len(digest) == 64 for digest in digests)


@ONE_ENGINE
def test_a_unit_without_words_has_nothing_to_prove(harness: Harness) -> None:
    (line,) = lines(harness, harness.place("petal"))
    assert (line.approved, line.engraving, line.sides, line.words) == (None, None, (), [])
    assert not line.as_approved
    assert line.row.proof_digest is None
