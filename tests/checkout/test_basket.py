"""The basket below its pages: sealed, counted, spent, forgotten."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from shop import clock
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_contents, basket_reading, basket_store, basket_words
from shop.checkout.forms import filled_in
from shop.checkout.line_item_form import Refused, read_choice, values_of, written
from shop.checkout.models import Basket, BasketLine
from shop.checkout.timeline import ENDED, steps
from shop.db import Database
from shop.dedications.sealing import SealBroken
from shop.engraving import FACES, Engraving, field_name
from shop.fulfilment.progress import milestones
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.orders.view import view
from shop.payments.services import Services
from shop.pricing import LineItem
from shop.text.typed_text import kept_text
from tests.shopper import WORDS, harness_of


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    with database.reading() as session:
        return snapshot.load(session)


@pytest.fixture(scope="module")
def shown(shared_app: Flask) -> Catalogue:
    with shared_app.extensions["shop"].database.reading() as session:
        return snapshot.load(session)


def item(catalogue: Catalogue, slug: str = "disc") -> LineItem:
    variant = str(catalogue.by_slug[slug].variants[0].id)
    return read_choice(catalogue, {**(WORDS if slug == "disc" else {}), "variant": variant})


def tried(catalogue: Catalogue, form: dict[str, str]) -> LineItem | Refused:
    try:
        return read_choice(catalogue, form)
    except Refused as refused:
        return refused


def put(database: Database, token: str, line: LineItem) -> int:
    with database.transaction() as session:
        return basket_store.add(session, token, line)


def look(database: Database, catalogue: Catalogue, token: str | None) -> basket_contents.BasketContents:
    with database.reading() as session:
        return basket_contents.contents(session, catalogue, token)


def test_what_is_put_in_comes_out_to_the_letter(database: Database, catalogue: Catalogue) -> None:
    token = basket_store.new_token()
    put(database, token, item(catalogue))
    held = look(database, catalogue, token)
    assert [line.item for line in held.lines] == [item(catalogue)]
    assert held.quote.goods_pence == catalogue.by_slug["disc"].variants[0].price_pence
    assert held.engraved
    assert held.problems == {}


def test_nothing_typed_can_be_read_in_the_tables(database: Database, catalogue: Catalogue) -> None:
    token = basket_store.new_token()
    put(database, token, item(catalogue))
    with database.transaction() as session:
        basket_store.keep_details(session, token, {"contact": {"name": "Ada Byron"}})
    with database.reading() as session:
        rows = [*session.scalars(select(BasketLine.words)), *session.scalars(select(Basket.details))]
        hashes = session.scalars(select(Basket.token_hash)).all()
    for row in rows:
        assert row is not None
        assert not any(word.encode() in row for word in ("Caoimhe", "always", "Ada"))
    assert token not in hashes


def test_another_cookie_opens_nothing(database: Database, catalogue: Catalogue) -> None:
    put(database, basket_store.new_token(), item(catalogue))
    assert look(database, catalogue, basket_store.new_token()) == basket_contents.EMPTY
    assert look(database, catalogue, None) == basket_contents.EMPTY


def test_words_moved_under_another_cookie_do_not_open(database: Database, catalogue: Catalogue) -> None:
    own, other = basket_store.new_token(), basket_store.new_token()
    line = put(database, own, item(catalogue))
    put(database, other, item(catalogue, "petal"))
    with database.transaction() as session:
        theirs = session.scalars(
            select(Basket.id).where(Basket.token_hash == basket_words.token_hash(other))
        ).one()
        session.get_one(BasketLine, line).basket_id = theirs
    with pytest.raises(SealBroken):
        look(database, catalogue, other)


def test_a_basket_shows_none_of_its_words_when_it_is_printed(
    database: Database, catalogue: Catalogue
) -> None:
    token = basket_store.new_token()
    put(database, token, item(catalogue))
    held = look(database, catalogue, token)
    assert "Caoimhe" not in repr(held)
    assert "always" not in repr(held)


def test_words_that_were_changed_late_are_kept_for_another_month(
    database: Database, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = basket_store.new_token()
    put(database, token, item(catalogue))
    line = look(database, catalogue, token).lines[0].id
    almost = datetime.now(UTC) + basket_store.KEPT_FOR - timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: almost)
    with database.transaction() as session:
        assert basket_store.change(session, token, line, item(catalogue))
    monkeypatch.setattr(clock, "now", lambda: almost + timedelta(days=2))
    with database.transaction() as session:
        assert basket_store.forget_old(session) == 0
    assert len(look(database, catalogue, token).lines) == 1


def test_a_basket_nobody_touched_for_a_month_is_forgotten(
    database: Database, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = basket_store.new_token(), basket_store.new_token()
    put(database, old, item(catalogue))
    later = datetime.now(UTC) + basket_store.KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    put(database, young, item(catalogue, "petal"))
    with database.transaction() as session:
        assert basket_store.forget_old(session) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BasketLine)) == 1
    assert len(look(database, catalogue, young).lines) == 1


def test_a_number_is_never_given_to_a_second_line(database: Database, catalogue: Catalogue) -> None:
    token = basket_store.new_token()
    first = put(database, token, item(catalogue))
    with database.transaction() as session:
        assert basket_store.remove(session, token, first)
        assert not basket_store.remove(session, token, first)
        assert basket_store.add(session, token, item(catalogue, "petal")) != first


def test_counting_without_a_basket_is_nought(database: Database) -> None:
    with database.reading() as session:
        assert basket_reading.count(session, basket_store.new_token()) == 0


def test_kept_details_fill_the_form_and_nothing_kept_chooses_the_cheapest_post() -> None:
    assert filled_in(None) == {"postage": "tracked-48"}
    kept = {"contact": {"name": "Ada"}, "postage": "tracked-24", "as_gift": True, "gift_message": None}
    assert filled_in(kept) == {"name": "Ada", "postage": "tracked-24", "as_gift": True, "gift_message": None}


def seen_in(text: str) -> list[str]:
    """Its letters, numbers and signs: no rule about what is typed may touch them."""
    apart = unicodedata.normalize("NFD", text)
    return [character for character in apart if unicodedata.category(character)[0] in "LNPS"]


@given(
    words=st.text(),
    place=st.sampled_from(["front-1", "front-2", "back-3"]),
    face=st.sampled_from(list(FACES)),
)
def test_any_words_are_engraved_to_the_letter_or_refused_with_a_reason(
    shown: Catalogue, words: str, place: str, face: str
) -> None:
    form = {f"engraving-{place}": words, "face": face, "variant": str(shown.by_slug["disc"].variants[0].id)}
    read = tried(shown, form)
    if isinstance(read, Refused):
        assert list(read.errors) == [f"engraving-{place}"]
        assert len(read.errors[f"engraving-{place}"]) > 15
        return
    engraving = read.engraving
    if engraving is None:
        assert not kept_text(words).strip()
        return
    (line,) = engraving.lines
    assert line.text == kept_text(words)
    assert seen_in(line.text) == seen_in(words)
    assert Engraving.from_json(engraving.to_json()) == engraving
    assert field_name(line.side, line.line) == f"engraving-{place}"


@given(words=st.text(max_size=500))
def test_any_dedication_is_kept_to_the_letter_or_refused_with_a_reason(shown: Catalogue, words: str) -> None:
    form = {"dedication": words, "variant": str(shown.by_slug["petal"].variants[0].id)}
    read = tried(shown, form)
    if isinstance(read, Refused):
        assert list(read.errors) == ["dedication"]
        return
    assert (read.dedication or "").strip() == kept_text(words).strip()
    assert seen_in(read.dedication or "") == seen_in(words)


@given(
    form=st.dictionaries(
        st.one_of(
            st.sampled_from(["variant", "piece", "face", "dedication"]), st.text().map("engraving-".__add__)
        ),
        st.text(),
    )
)
def test_no_form_whatever_breaks_the_reading_of_a_choice(shown: Catalogue, form: dict[str, str]) -> None:
    read = tried(shown, form)
    assert not isinstance(read, Refused) or read.errors
    assert all(text for _, text in written(form))


def test_a_unit_fills_its_form_again(shown: Catalogue) -> None:
    line = item(shown)
    values = values_of(line)
    assert values == {**WORDS, "variant": str(line.variant_id)}
    assert read_choice(shown, values) == line
    assert values_of(LineItem(3, None, None)) == {"variant": "3", "dedication": ""}


def test_a_variant_of_another_piece_is_not_taken(shown: Catalogue) -> None:
    heart = str(shown.by_slug["heart"].variants[0].id)
    with pytest.raises(Refused) as refused:
        read_choice(shown, {**WORDS, "piece": "disc", "variant": heart})
    assert refused.value.piece is shown.by_slug["disc"]
    assert list(refused.value.errors) == ["variant"]


def test_every_reason_comes_at_once(shown: Catalogue) -> None:
    with pytest.raises(Refused) as refused:
        read_choice(
            shown,
            {
                "piece": "disc",
                "engraving-front-1": "\0",
                "engraving-top-1": "x",
                "face": "",
                "dedication": "\0",
            },
        )
    assert set(refused.value.errors) == {"variant", "engraving-top-1", "face", "dedication"}


@pytest.mark.parametrize("state", list(State))
def test_an_orders_stages_read_well_in_every_state(app: Flask, state: State) -> None:
    harness, services = harness_of(app), app.extensions["shop"].services
    order = harness.place("petal")
    paid = state not in {State.AWAITING, State.PROCESSING, State.EXPIRED, State.FAILED}
    if paid:
        harness.pays(order)
        harness.sync(order)
    with harness.database.transaction() as session:
        session.get_one(Order, order).state = state
    said = _steps(services, order)
    assert said[0][0] == "Placed"
    assert said[0][2] == "done"
    assert [step for step in said if step[2] == "now"] == [said[1]], "exactly one stage is now"
    if state in ENDED:
        assert said[1:] == [(ENDED[state], None, "now")]
    else:
        assert said[1][0] == ("Paid" if paid else "Confirming the payment")
        assert {state for _, _, state in said[2:]} <= {"ahead"}


def _steps(services: Services, order: int) -> list[tuple[str, str | None, str]]:
    with services.database.reading() as session:
        opened = view(session, services.vault, session.get_one(Order, order))
        return steps(opened, milestones(session, [line.row for line in opened.lines]))
