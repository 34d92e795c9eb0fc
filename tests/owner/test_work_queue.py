"""The bench as the owner uses it: what waits, the next step for one unit or several, a slip taken back."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from shop.fulfilment import units
from shop.fulfilment.stages import Action, Hold, Stage
from shop.owner.step_words import BEHIND_IT
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench
from tests.harness import Harness
from tests.heard import heard
from tests.shopper import Shopper, form_on, soup

BENCH, STEPS = "/owner/bench", "/owner/bench/steps"
ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def headings(owner: Shopper) -> dict[str, str]:
    page = soup(owner.get(BENCH))
    return {
        str(title.contents[0]).strip(): title.select_one(".soft").text
        for title in page.select("form ~ h2, section > h2:has(.soft)")
    }


def line_ids(bench: Bench, order: int) -> list[str]:
    return [str(unit.order_line_id) for _, unit in sorted(bench.units(order).items())]


def press(owner: Shopper, action: Action, **fields: str | list[str]) -> list[str]:
    """Press a step's button. Give what the shop then says."""
    token = form_on(owner.get(BENCH), STEPS)[1]["csrf_token"]
    seen = {f"wording-{line}": "1" for line in (fields.get("unit") or [fields["only"]])}
    owner.post(STEPS, {"csrf_token": token, "action": action, **seen, **fields})
    return [notice.text.strip() for notice in soup(owner.get(BENCH)).select("[role=status]")]


def test_an_empty_bench_says_so(owner: Shopper) -> None:
    assert "Nothing waits to be made." in owner.get(BENCH).text


def test_what_waits_stands_under_its_next_step_with_its_number(owner: Shopper, bench: Bench) -> None:
    first = bench.paid(ENGRAVED, BARE)
    second = bench.paid(ENGRAVED)
    bench.act(first, 2, Action.CHECK)
    bench.act(second, 1, Action.CHECK)
    assert headings(owner) == {"To check": "1", "To engrave": "1", "To pack": "1"}


def test_each_button_says_what_pressing_it_does(owner: Shopper, bench: Bench) -> None:
    for done in range(len(WORDS) + 1):
        bench.act(bench.paid(ENGRAVED), 1, *WORDS[:done])
    buttons = [button.contents[0] for button in soup(owner.get(BENCH)).select("button[name=only]")]
    assert [said.strip() for said in buttons] == [
        "Mark as checked", "Begin engraving", "Mark as engraved", "Mark as looked at again", "Mark as packed",
        "Mark as posted",
    ]  # fmt: skip


def test_one_tap_takes_one_unit_a_step_further(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED, ENGRAVED)
    said = press(owner, Action.CHECK, only=line_ids(bench, order)[0])
    assert said == ["Checked: 1 piece."]
    assert bench.stages(order) == [Stage.CHECKED, Stage.TO_CHECK]


def test_what_was_done_is_said_in_the_words_of_its_button(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK)
    (line,) = line_ids(bench, order)
    assert press(owner, Action.BEGIN, only=line) == ["Engraving begun: 1 piece."]
    bench.act(order, 1, Action.FINISH)
    press(owner, Action.INSPECT, only=line)
    assert soup(owner.get(BENCH)).text.count(": looked at again") == 1


@pytest.mark.parametrize("wording", [None, "", "-1", "abc", "0", "2", "1.0", "9" * 40])
def test_what_is_not_the_wording_in_sight_begins_nothing(
    owner: Shopper, bench: Bench, wording: str | None
) -> None:
    order = bench.paid(ENGRAVED)
    (line,) = line_ids(bench, order)
    token = form_on(owner.get(BENCH), STEPS)[1]["csrf_token"]
    said = {} if wording is None else {f"wording-{line}": wording, "wording": wording}
    sent = {"csrf_token": token, "action": Action.CHECK, "only": line, **said}
    owner.post(STEPS, sent)
    owner.post(f"/owner/orders/{bench.harness.order(order).reference}/lines/1/steps", sent)
    assert bench.stages(order) == [Stage.TO_CHECK]
    assert units.CORRECTED in owner.get(BENCH).text


def test_several_go_together_and_what_cannot_is_said(owner: Shopper, bench: Bench) -> None:
    order, other = bench.paid(ENGRAVED, BARE), bench.paid(BARE)
    with bench.harness.database.transaction() as session:
        units.hold(session, other, 1, Hold.QUESTION, actor=OWNER)
    said = press(owner, Action.CHECK, unit=line_ids(bench, order) + line_ids(bench, other))
    assert said[-1] == "Checked: 2 pieces."
    assert "It is on hold: a question to the buyer." in said[0]
    assert bench.stages(order) == [Stage.CHECKED, Stage.CHECKED]


def test_posting_sends_the_units_of_one_order_in_one_parcel(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.act(order, 1, *WORDS)
    bench.act(order, 2, *PLAIN)
    press(owner, Action.POST, unit=line_ids(bench, order))
    assert bench.stages(order) == [Stage.POSTED, Stage.POSTED]
    assert len(bench.parcels(order)) == 1


def test_what_was_posted_without_a_number_says_so_and_leads_to_where_it_is_written(
    owner: Shopper, bench: Bench
) -> None:
    first, second = bench.paid(BARE), bench.paid(BARE)
    for order in (first, second):
        bench.act(order, 1, *PLAIN)
    reference = bench.harness.order(first).reference
    page = f"/owner/orders/{bench.harness.order(second).reference}"
    said = press(owner, Action.POST, only=line_ids(bench, first)[0])
    assert said[0] == f"{reference} has no tracking number yet. Record it"
    owner.send(page, f"{page}/lines/1/steps")
    link = soup(owner.get(page)).select_one("[role=status] a")
    assert link["href"] == f"/owner/dispatch?code={bench.harness.order(second).reference}"
    number = owner.get(link["href"])
    _, sent = form_on(number, "/owner/dispatch/parcels")
    owner.post("/owner/dispatch/parcels", {**sent, "number": "AB123456785GB"})
    assert [one.tracking for one in bench.parcels(second)] == ["AB123456785GB"]


def test_of_several_parcels_without_a_number_it_is_said_once(owner: Shopper, bench: Bench) -> None:
    orders = [bench.paid(BARE) for _ in range(3)]
    for order in orders:
        bench.act(order, 1, *PLAIN)
    said = press(owner, Action.POST, unit=[line for order in orders for line in line_ids(bench, order)])
    assert said == ["3 parcels have no tracking number yet. Record them", "Posted: 3 pieces."]


def test_a_slip_is_taken_back_by_the_button_beside_it(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    (line,) = line_ids(bench, order)
    press(owner, Action.CHECK, only=line)
    page = owner.get(BENCH)
    _, sent = form_on(page, f"{BENCH}/units/{line}/undo")
    owner.post(f"{BENCH}/units/{line}/undo", sent)
    assert bench.stages(order) == [Stage.TO_CHECK]
    assert "/undo" not in owner.get(BENCH).text


@pytest.mark.parametrize("fields", [{"action": "undone"}, {"action": "refunded"}, {"action": "x"}, {}])
def test_what_is_no_step_of_the_bench_changes_nothing(
    owner: Shopper, bench: Bench, fields: dict[str, str]
) -> None:
    order = bench.paid(ENGRAVED)
    token = form_on(owner.get(BENCH), STEPS)[1]["csrf_token"]
    sent = {"csrf_token": token, "unit": line_ids(bench, order), **fields}
    assert owner.post(STEPS, sent).status_code == 303
    assert bench.stages(order) == [Stage.TO_CHECK]


@pytest.mark.parametrize("unit", ["", "-1", "0", "999999", "9" * 40, "1;2", "٣"])
def test_a_unit_there_is_not_changes_nothing(owner: Shopper, bench: Bench, unit: str) -> None:
    order = bench.paid(ENGRAVED)
    token = form_on(owner.get(BENCH), STEPS)[1]["csrf_token"]
    answer = owner.post(STEPS, {"csrf_token": token, "action": Action.CHECK, "unit": unit})
    assert answer.status_code in {303, 404}
    assert bench.stages(order) == [Stage.TO_CHECK]


def test_however_much_waits_the_bench_asks_the_database_as_often(owner: Shopper, bench: Bench) -> None:
    bench.paid(ENGRAVED)
    few = statements(owner)
    for _ in range(6):
        bench.paid(ENGRAVED, BARE)
    assert statements(owner) == few <= 12


def test_what_was_not_done_is_not_said_in_the_colour_of_what_was(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE)
    _, sent = form_on(owner.get(BENCH), STEPS)
    line = str(bench.units(order)[1].order_line_id)
    for kind, said, asked_for in (
        ("good", "Checked: 1 piece.", {"action": Action.CHECK, "only": line}),
        ("bad", "It is checked.", {"action": Action.CHECK, "only": line}),
        ("bad", "No piece was ticked.", {"action": Action.PACK}),
    ):
        owner.post(STEPS, {**sent, **asked_for})
        (notice,) = soup(owner.get(BENCH)).select("[role=status]")
        assert (notice["class"][1], said in notice.text) == (f"notice-{kind}", True), notice.text


def test_where_words_are_to_be_looked_at_the_bench_says_where_they_stand(
    owner: Shopper, bench: Bench
) -> None:
    bench.paid(BARE)
    assert BEHIND_IT not in owner.get(BENCH).text
    bench.paid(ENGRAVED)
    assert BEHIND_IT in owner.get(BENCH).text


def statements(owner: Shopper, page: str = BENCH) -> int:
    """How many the page takes; what every page shows is read before."""
    return asked(owner, lambda: owner.get(page))


def asked(owner: Shopper, do: Callable[[], object]) -> int:
    """How many statements this takes, done once before."""
    do()
    with heard(owner.database.engine) as statements:
        do()
    return len(statements)


def test_orders_of_the_other_book_are_not_made(app: Flask, owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    with bench.harness.database.transaction() as session:
        session.execute(text("UPDATE \"order\" SET book = 'live'"))
    assert order
    assert "Nothing waits to be made." in owner.get(BENCH).text
