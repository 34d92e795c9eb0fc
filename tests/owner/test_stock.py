"""The owner's stock: every change with a reason, and none that cannot be."""

import pytest
from sqlalchemy import text

from shop import stock
from shop.restock import few_left
from tests.harness import Harness
from tests.shopper import Shopper, changed, form_on, reason_beside, soup


def page_of(owner: Shopper) -> str:
    return f"/owner/stock/{owner.variant('disc').sku}"


def test_a_movement_is_written_with_its_reason_and_who_made_it(owner: Shopper, harness: Harness) -> None:
    page, before = page_of(owner), harness.level("disc").on_hand
    fields = {"quantity": "-2", "reason": "damaged", "note": "Scratched <b>"}
    assert owner.send(page, f"{page}/movements", fields).location == page
    assert harness.level("disc").on_hand == before - 2
    shown = owner.get(page)
    assert "The stock is recorded." in shown.text
    row = [cell.text for cell in soup(shown).select("#movements tbody tr:first-child > *")][1:]
    assert row == ["-2", "damaged", "Scratched <b>", "owner@example.com"]


@pytest.mark.parametrize(("quantity", "said"), [
    ("0", "Nought would change nothing"),
    ("", "whole number"),
    ("1.5", "whole number"),
    ("one", "whole number"),
    ("10001", "between -10000 and 10000"),
    ("-10001", "between -10000 and 10000"),
    ("9" * 5000, "whole number"),
    ("-999", "cannot change by -999"),
])  # fmt: skip
def test_a_quantity_that_cannot_be_is_refused_and_stays_in_its_field(
    owner: Shopper, harness: Harness, quantity: str, said: str
) -> None:
    page, before = page_of(owner), harness.level("disc").on_hand
    answer = owner.send(
        page, f"{page}/movements", {"quantity": quantity, "reason": "damaged", "note": "shelf"}
    )
    assert answer.status_code == 422
    assert said in reason_beside(answer, "quantity")
    shown = form_on(answer, f"{page}/movements")[1]
    assert (shown["quantity"], shown["reason"], shown["note"]) == (quantity, "damaged", "shelf")
    assert harness.level("disc").on_hand == before


def test_what_is_set_aside_for_a_buyer_cannot_be_taken_away(owner: Shopper, harness: Harness) -> None:
    page, before = page_of(owner), harness.level("disc").on_hand
    harness.place("disc")
    answer = owner.send(page, f"{page}/movements", {"quantity": str(-before), "reason": "damaged"})
    assert answer.status_code == 422
    assert "1 of them are set aside" in reason_beside(answer, "quantity")
    assert (
        owner.send(page, f"{page}/movements", {"quantity": str(1 - before), "reason": "damaged"}).status_code
        == 303
    )
    assert harness.level("disc") == stock.Level(1, 1)


@pytest.mark.parametrize("reason", ["sold", "opening", "returned", "counted", ""])
def test_only_reasons_a_person_may_give_are_taken(owner: Shopper, reason: str) -> None:
    page = page_of(owner)
    answer = owner.send(page, f"{page}/movements", {"quantity": "1", "reason": reason})
    assert answer.status_code == 422
    assert reason_beside(answer, "reason") == "Please choose why."


def test_a_variant_there_is_not_is_not_found(owner: Shopper) -> None:
    _, sent = form_on(owner.get(page_of(owner)), f"{page_of(owner)}/movements")
    sent["quantity"] = "1"
    assert owner.get("/owner/stock/NO-SUCH").status_code == 404
    assert owner.post("/owner/stock/NO-SUCH/movements", sent).status_code == 404


def test_counts_that_do_not_add_up_are_said_above_everything_when_they_are_checked(owner: Shopper) -> None:
    checked = "/owner/stock?check=all"
    assert checked in owner.get("/owner/stock").text
    assert "every count is what its movements come to" in owner.get(checked).text
    with owner.database.transaction() as session:
        session.execute(text("UPDATE stock_level SET on_hand = on_hand + 1"))
    assert "The counts do not add up" in owner.get(checked).text


def test_a_refunded_piece_is_asked_about_and_goes_back_into_the_drawer_once(
    owner: Shopper, harness: Harness
) -> None:
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)
    harness.refunds(order)
    harness.sync(order)
    before, page = harness.level("petal").on_hand, owner.get("/owner/stock")
    assert f"{harness.order(order).reference}, piece 1" in page.text
    asked = soup(page).select_one("form[action^='/owner/stock/returns/']")
    assert asked
    action = str(asked["action"])
    _, sent = form_on(page, action)
    assert sent["fate"] == "back in the drawer"
    for _ in range(2):
        assert owner.post(action, sent).status_code == 303
    assert harness.level("petal").on_hand == before + 1
    assert action not in owner.get("/owner/stock").text
    owner.post(action, changed(sent, {"fate": "sold"}))
    assert "Please choose what became of it" in owner.get("/owner/stock").text
    owner.post(action, changed(sent, {"fate": "scrap"}))
    assert "It is said already: back in the drawer" in owner.get("/owner/stock").text


def test_of_few_left_the_owner_is_told_by_an_alert_that_leads_to_the_piece(
    owner: Shopper, harness: Harness
) -> None:
    page = page_of(owner)
    assert owner.send(page, f"{page}/threshold", {"low_at": "3"}).location == page
    assert form_on(owner.get(page), f"{page}/threshold")[1]["low_at"] == "3"
    harness.set_stock("disc", 3)
    for _ in range(2):
        few_left.tell(harness.database)
    shown = owner.get("/owner/alerts")
    assert shown.text.count("Few are left of a piece") == 1
    assert soup(shown).select(f"main a[href='{page}']")
    assert "3 left" in shown.text
    assert owner.send(page, f"{page}/threshold", {"low_at": ""}).location == page
    assert form_on(owner.get(page), f"{page}/threshold")[1]["low_at"] == ""


@pytest.mark.parametrize("typed", ["-1", "few", "10000", "٣"])
def test_a_threshold_that_is_no_number_is_refused_and_stays(owner: Shopper, typed: str) -> None:
    page = page_of(owner)
    answer = owner.send(page, f"{page}/threshold", {"low_at": typed})
    assert answer.status_code == 422
    assert "from 0 to 9999" in reason_beside(answer, "low_at")
    assert form_on(answer, f"{page}/threshold")[1]["low_at"] == typed
