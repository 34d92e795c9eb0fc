"""Counting with a sheet in one hand: what is counted stands, what nobody can be sure of is asked again."""

import pytest
from werkzeug.test import TestResponse

from shop import stock
from tests.harness import Harness
from tests.shopper import Shopper, changed, controls, form_on, reason_beside, soup

SHEET = "/owner/stock/count"


def field(owner: Shopper, slug: str) -> str:
    return f"count-{owner.variant(slug).sku}"


def page_of(owner: Shopper, slug: str = "disc") -> str:
    return f"/owner/stock/{owner.variant(slug).sku}"


def counted(owner: Shopper, pieces: str) -> TestResponse:
    """The disc, on its own page."""
    page = page_of(owner)
    return owner.send(page, f"{page}/counts", {field(owner, "disc"): pieces})


def latest(owner: Shopper) -> list[str]:
    row = soup(owner.get(page_of(owner))).select("#movements tbody tr:first-child > *")
    return [cell.text for cell in row][1:]


def test_three_are_on_hand_and_three_are_counted_and_there_are_three(
    owner: Shopper, harness: Harness
) -> None:
    harness.set_stock("disc", 3)
    assert counted(owner, "3").status_code == 303
    assert harness.level("disc") == stock.Level(3, 0)
    assert "nothing was different" in owner.get(page_of(owner)).text


def test_a_count_is_a_movement_with_who_made_it_and_sending_it_twice_is_one(
    owner: Shopper, harness: Harness
) -> None:
    harness.set_stock("disc", 3)
    page = page_of(owner)
    _, sheet = form_on(owner.get(page), f"{page}/counts")
    sent = changed(sheet, {field(owner, "disc"): "5"})
    for _ in range(2):
        assert owner.post(f"{page}/counts", sent).status_code == 303
    assert harness.level("disc").on_hand == 5
    assert latest(owner) == ["2", "counted", "", "owner@example.com"]


def test_a_whole_sheet_is_written_down_at_once_and_empty_fields_stay(
    owner: Shopper, harness: Harness
) -> None:
    before = harness.level("heart")
    answer = owner.send(SHEET, SHEET, {field(owner, "disc"): " 7 ", field(owner, "petal"): "0"})
    assert answer.location == "/owner/stock"
    assert "2 counts are recorded: 2 changed what is on hand." in owner.get("/owner/stock").text
    found = [harness.level(slug) for slug in ("disc", "petal", "heart")]
    assert found == [stock.Level(7, 0), stock.Level(0, 0), before]


@pytest.mark.parametrize("typed", ["-1", "three", "1.5", "10001", "9" * 5000, "٣", "²", "<b>3</b>"])
def test_what_is_no_count_is_refused_beside_its_field_and_nothing_else_is_written(
    owner: Shopper, harness: Harness, typed: str
) -> None:
    before = harness.level("petal")
    answer = owner.send(SHEET, SHEET, {field(owner, "disc"): typed, field(owner, "petal"): "1"})
    assert answer.status_code == 422
    assert "whole number from 0 to 10000" in reason_beside(answer, field(owner, "disc"))
    kept = form_on(answer, SHEET)[1]
    assert (kept[field(owner, "disc")], kept[field(owner, "petal")]) == (typed, "1")
    assert harness.level("petal") == before


def test_of_a_sheet_that_waited_only_what_was_touched_meanwhile_is_asked_again(
    owner: Shopper, harness: Harness
) -> None:
    harness.set_stock("disc", 3)
    sheet = changed(
        form_on(owner.get(SHEET), SHEET)[1], {field(owner, "disc"): "4", field(owner, "petal"): "6"}
    )
    page = page_of(owner)
    owner.send(page, f"{page}/movements", {"quantity": "2", "reason": "received"})
    answer = owner.post(SHEET, sheet)
    assert answer.status_code == 409
    assert "after this sheet was opened" in reason_beside(answer, field(owner, "disc"))
    assert "1 count is recorded" in answer.text
    assert (harness.level("disc").on_hand, harness.level("petal").on_hand) == (5, 6)
    again = form_on(answer, SHEET)[1]
    assert (again[field(owner, "disc")], again[field(owner, "petal")]) == ("4", "")
    assert owner.post(SHEET, again).status_code == 303
    assert harness.level("disc").on_hand == 4


def test_a_sale_while_somebody_counts_is_no_reason_to_count_again(owner: Shopper, harness: Harness) -> None:
    harness.set_stock("disc", 3)
    sheet = changed(form_on(owner.get(SHEET), SHEET)[1], {field(owner, "disc"): "3"})
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    assert owner.post(SHEET, sheet).status_code == 303
    assert harness.level("disc") == stock.Level(2, 0)
    assert "We think 3: 2 free, 1 sold" in owner.get(SHEET).text


def test_a_count_that_is_too_small_for_what_was_promised_says_what_is_missing(
    owner: Shopper, harness: Harness
) -> None:
    harness.set_stock("disc", 4)
    harness.place("disc")
    answer = counted(owner, "0")
    assert answer.status_code == 409
    said = reason_beside(answer, field(owner, "disc"))
    assert said.startswith("1 is set aside for somebody who is paying, and your count leaves 1 too few")
    assert harness.level("disc") == stock.Level(1, 1)


def test_counting_is_no_reason_for_adding_any_more(owner: Shopper, harness: Harness) -> None:
    page = page_of(owner)
    reasons = {
        option["value"] for option in form_on(owner.get(page), f"{page}/movements")[0].select("option")
    }
    assert reasons == {"received", "damaged"}
    answer = owner.send(page, f"{page}/movements", {"quantity": "3", "reason": "counted"})
    assert (answer.status_code, reason_beside(answer, "reason")) == (422, "Please choose why.")


def test_an_empty_count_changes_nothing_and_says_so(owner: Shopper) -> None:
    assert owner.send(SHEET, SHEET, {}).status_code == 303
    assert "No count was entered" in owner.get("/owner/stock").text
    assert counted(owner, "").status_code == 422


def test_every_variant_stands_on_the_sheet_once(owner: Shopper) -> None:
    fields = controls(soup(owner.get(SHEET)).select_one("main form[action='/owner/stock/count']"))  # type: ignore[arg-type]
    asked = [name for name in fields if name.startswith("count-")]
    assert len(asked) == len(set(asked)) == 36
