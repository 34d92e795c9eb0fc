"""One unit on a page of its own: its words to the letter, and the step under the thumb."""

import pytest

from shop.fulfilment.stages import Action, Stage
from shop.orders.lifecycle import lines_of
from tests.fulfilment.conftest import WORDS, Bench
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup

STEPS = "/owner/bench/steps"


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def card(bench: Bench, order: int, number: int = 1) -> str:
    return f"/owner/bench/units/{bench.units(order)[number].order_line_id}"


@pytest.mark.parametrize("words", ["Il1 O0", "Zoë–Ann", "D’Arcy", "a & b", "♥ Wren"])
def test_the_words_stand_there_as_typed_and_each_letter_has_its_name(
    owner: Shopper, bench: Bench, words: str
) -> None:
    page = soup(owner.get(card(bench, bench.paid(("thread", words)))))
    (shown,) = page.select(".bench-words dd")
    letters = page.select(".letters li")
    assert shown.text == words
    assert [letter.select_one(".letter").text for letter in letters] == list(words)
    assert all(letter.text.removeprefix(letter.select_one(".letter").text).strip() for letter in letters)


def test_the_drawing_is_there_large_and_as_large_as_it_is(owner: Shopper, bench: Bench) -> None:
    page = soup(owner.get(card(bench, bench.paid(("disc", "Wren")))))
    large, true = page.select(".bench-proof:not(.bench-shown) svg")
    assert true["width"].endswith("mm")
    assert (large["viewbox"], large.select(".words")) == (true["viewbox"], true.select(".words"))


def test_each_press_leads_back_to_the_card_with_the_next_step(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(("disc", "Wren"))
    for _ in (*WORDS, Action.POST):
        page = owner.get(card(bench, order))
        _, sent = form_on(page, STEPS)
        answer = owner.post(STEPS, sent)
        assert answer.headers["Location"] == card(bench, order)
    assert bench.stages(order) == [Stage.POSTED]
    assert not soup(owner.get(card(bench, order))).select(f"form[action='{STEPS}']")


def test_from_one_card_the_next_that_waits_for_the_same_is_one_tap_away(owner: Shopper, bench: Bench) -> None:
    first, second = bench.paid(("disc", "Wren")), bench.paid(("disc", "Ada"), ("petal", ""))
    ways = {card(bench, first): card(bench, second), card(bench, second): card(bench, second, 2)}
    ways[card(bench, second, 2)] = card(bench, first)
    for here, there in ways.items():
        assert soup(owner.get(here)).select_one(f".card-step a[href='{there}']").text == "The next to check"
    bench.act(first, 1, Action.CHECK)
    assert not soup(owner.get(card(bench, first))).select(".card-step a")


def test_a_unit_that_is_not_to_be_made_has_no_step_and_no_file(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(("disc", "Wren"), ("disc", "Ada"))
    bench.refund(order, 1)
    page = soup(owner.get(card(bench, order)))
    assert not page.select(".card-step form, .bench-files a")
    assert "refunded" in page.select_one("main").text


def test_no_dedication_stands_on_a_card(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(("disc", "Wren"))
    with bench.harness.database.transaction() as session:
        vault = bench.harness.services.vault
        kept = vault.reveal(session, order, "line:1") or {}
        vault.seal(session, order, "line:1", {**kept, "dedication": "for our daughter"})
    assert "for our daughter" not in owner.get(card(bench, order)).text


@pytest.mark.parametrize("number", ["0", "999999", "2147483647", "99999999999"])
def test_a_card_there_is_not_is_not_found(owner: Shopper, number: str) -> None:
    assert owner.get(f"/owner/bench/units/{number}").status_code == 404


def test_an_order_without_payment_has_a_card_without_a_step(owner: Shopper, bench: Bench) -> None:
    order = bench.ordered(("disc", "Wren"))
    with bench.harness.database.reading() as session:
        (line,) = lines_of(session, order)
    page = soup(owner.get(f"/owner/bench/units/{line.id}"))
    assert not page.select(".card-step form, .bench-files a")
