"""An order is found by what its buyer says, and nothing that finds it can be read or guessed."""

from typing import Any

import pytest
from sqlalchemy import select, text

from shop import key_copies, privacy
from shop.dedications import search_index
from shop.dedications.folding import folded
from shop.dedications.key_tables import search_word
from shop.fulfilment.order_search import make_searchable, search
from shop.orders.view import view
from tests.engines import ONE_ENGINE, SAME_SQL
from tests.fulfilment.conftest import Bench

PRIVATE = "Xanthippe"


@pytest.fixture
def order(bench: Bench) -> int:
    """A paid order of a disc with words for Zoë O’Brien-Łukasz, with a dedication and a message."""
    placed = bench.paid(("disc", "Síle 14"), ("petal", ""))
    vault = bench.harness.services.vault
    with bench.harness.database.transaction() as session:
        sealed = vault.reveal_all(session, placed)
        names = {"name": "Zoë O’Brien-Łukasz", "email": "zoe.b@example.com", "postcode": "BA1 1AA"}
        line = sealed["line:1"] | {"dedication": PRIVATE, "shared_as": None}
        gift = {"as_gift": True, "message": f"From {PRIVATE}"}
        vault.seal_all(session, placed, {"contact": sealed["contact"] | names, "line:1": line, "gift": gift})
    all_searchable(bench)
    return placed


def all_searchable(bench: Bench) -> None:
    while make_searchable(bench.harness.database, bench.harness.services.vault):
        pass


def found(bench: Bench, asked: str) -> list[int]:
    with bench.harness.database.reading() as session:
        return [order.id for order in search(session, bench.harness.services.vault, asked).orders]


def tokens(bench: Bench) -> list[Any]:
    with bench.harness.services.vault.keys.database.reading() as session:
        return list(session.execute(select(search_word)))


@ONE_ENGINE
@pytest.mark.parametrize(
    "asked",
    ["zoe", "ZOË", "Zoe O'Brien", "obrien lukasz", "O’Bri", "łuk", "zoe.b", "sile", "SÍL", "14", "ba1",
     "BA1 1AA", "ba11aa", "Zoe BA1 1AA Sile"],
)  # fmt: skip
def test_an_order_is_found_by_beginnings_of_its_words_however_typed(
    bench: Bench, order: int, asked: str
) -> None:
    bench.paid(("petal", ""))
    all_searchable(bench)
    assert order in found(bench, asked)


@SAME_SQL
@pytest.mark.parametrize(
    "asked", [PRIVATE, "xant", "brien", "zoey", "Zoe Smith", "1", "ex", "example", "disc"]
)
def test_nothing_else_finds_it_least_of_all_a_dedication_or_a_message(
    bench: Bench, order: int, asked: str
) -> None:
    assert found(bench, asked) == []


@ONE_ENGINE
def test_a_reference_finds_its_order_in_any_spelling(bench: Bench, order: int) -> None:
    reference = bench.harness.order(order).reference
    for typed in (reference, reference.lower(), reference.replace("-", " "), reference[3:].replace("-", "")):
        assert found(bench, typed) == [order]


def test_a_whole_e_mail_finds_every_order_of_it(bench: Bench) -> None:
    orders = [bench.paid(("petal", "")) for _ in range(2)]
    assert found(bench, " ADA@example.com ") == orders[::-1]
    assert found(bench, "ada@example") == []


@ONE_ENGINE
def test_corrected_words_find_the_order_too(bench: Bench, order: int) -> None:
    vault = bench.harness.services.vault
    with bench.harness.database.transaction() as session:
        contact = vault.reveal(session, order, "contact") | {"name": "Aoife Kelly"}
        vault.seal(session, order, "contact", contact)
    assert found(bench, "aoife") == []
    all_searchable(bench)
    assert found(bench, "aoife") == [order]
    assert found(bench, "zoe lukasz") == [], "what an older digest finds is held against today's words"


@ONE_ENGINE
def test_what_is_erased_is_found_no_more_and_leaves_no_digest(bench: Bench, order: int) -> None:
    other = bench.paid(("petal", ""))
    all_searchable(bench)
    with bench.harness.database.reading() as session:
        before = {row.key_id for row in tokens(bench)}
        assert len(before) == 2
    with bench.harness.database.transaction() as session:
        vault = bench.harness.services.vault
        privacy.erase(session, vault, bench.harness.order(order).reference, actor="test")
    all_searchable(bench)
    assert found(bench, "zoe") == []
    assert len({row.key_id for row in tokens(bench)}) == 1
    assert found(bench, "ada") == [other]


@ONE_ENGINE
def test_digests_of_an_order_that_is_being_erased_are_not_kept_after_it(bench: Bench, order: int) -> None:
    """The worker has opened it, and its key is destroyed before the digests are written."""
    vault = bench.harness.services.vault
    (key_id,) = {row.key_id for row in tokens(bench)}
    vault.destroy([key_id], [])
    search_index.add(vault, {key_id: ["zoe", "obrien"]})
    assert tokens(bench) == []


@ONE_ENGINE
def test_the_same_name_in_many_orders_is_not_seen_to_be_the_same(bench: Bench) -> None:
    vault = bench.harness.services.vault
    with bench.harness.database.transaction():
        stored = [vault.new_key()[0] for _ in range(60)]
        vault.keys.add(stored)
    search_index.add(vault, {key.id: ["emma"] for key in stored})
    assert len({bytes(row.token) for row in tokens(bench)}) > 100, "of 120: two digests each"
    assert search_index.find(vault, "emma") == {key.id for key in stored}


def test_no_copy_of_the_keys_holds_what_finds_orders_and_it_is_made_again(
    bench: Bench, order: int, tmp_path: Any
) -> None:
    vault, database = bench.harness.services.vault, bench.harness.database
    copy = tmp_path / "keys-copy.db"
    key_copies.write(vault.keys, copy)
    some = bytes(tokens(bench)[0].token)
    assert some not in copy.read_bytes()
    with vault.keys.database.transaction() as session:
        session.execute(text("DELETE FROM word_key"))
    assert tokens(bench) == []
    key_copies.restore(database, vault, copy)
    all_searchable(bench)
    assert order in found(bench, "zoe")


def test_orders_that_were_there_before_become_searchable_round_by_round(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.fulfilment.order_search.ROUND", 2)
    monkeypatch.setattr("shop.fulfilment.order_search.OVERLAP", 1)
    monkeypatch.setattr("shop.fulfilment.order_search.TOGETHER", 1)
    orders = [bench.ordered(("petal", "")) for _ in range(7)] + [bench.paid(("petal", ""))]
    make_searchable(bench.harness.database, bench.harness.services.vault)
    assert set(found(bench, "ada byron")) < set(orders), "one at the bench is found at once, the rest in turn"
    all_searchable(bench)
    assert found(bench, "ada byron") == orders[::-1]
    count = len(tokens(bench))
    all_searchable(bench)
    assert len(tokens(bench)) == count


@ONE_ENGINE
def test_of_a_full_bench_few_orders_are_open_at_the_same_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.fulfilment.order_search.TOGETHER", 2)
    together = []
    monkeypatch.setattr(search_index, "add", lambda _vault, words: together.append(len(words)))
    for _ in range(5):
        bench.paid(("petal", ""))
    make_searchable(bench.harness.database, bench.harness.services.vault)
    assert together == [2, 2, 1]


@ONE_ENGINE
def test_many_orders_are_shown_in_part_and_it_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.fulfilment.order_search.MOST", 2)
    orders = [bench.ordered(("petal", "")) for _ in range(4)]
    all_searchable(bench)
    with bench.harness.database.reading() as session:
        seen = search(session, bench.harness.services.vault, "ada")
    assert ([order.id for order in seen.orders], seen.more) == ([orders[3], orders[2]], True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("Straße", ["strasse"]), ("ÉLODIE", ["elodie"]), ("Nguyễn", ["nguyen"]), ("ﬁona", ["fiona"]),
     ("李明", ["李明"]), ("Anne-Marie", ["anne", "marie"]), ("Ελένη", ["ελενη"]),
     ("\u202ezoe", ["zoe"]), ("♥", []), ("", [])],
)  # fmt: skip
def test_words_are_told_apart_without_case_accents_and_signs(typed: str, words: list[str]) -> None:
    assert folded(typed) == words


@ONE_ENGINE
def test_every_engraved_word_of_a_page_is_among_those_that_are_searched(bench: Bench, order: int) -> None:
    with bench.harness.database.reading() as session:
        opened = view(session, bench.harness.services.vault, bench.harness.order(order))
    for line in opened.lines:
        for _, said in line.words:
            assert found(bench, said) == [order]


def test_a_word_of_very_many_orders_is_looked_for_among_the_newest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.dedications.search_index.COMMON", 2)
    monkeypatch.setattr("shop.fulfilment.order_search.NEWEST", 3)
    plain = [bench.ordered(("petal", "")) for _ in range(3)]
    engraved = bench.paid(("disc", "Wren"))
    newest = [bench.ordered(("petal", "")) for _ in range(2)]
    all_searchable(bench)
    with bench.harness.database.reading() as session:
        seen = search(session, bench.harness.services.vault, "ada byron")
    assert ([order.id for order in seen.orders], seen.more) == ([*newest[::-1], engraved], True)
    assert found(bench, "ada wren") == [engraved], "the word that tells something is enough"
    assert not set(plain) & {order.id for order in seen.orders}
