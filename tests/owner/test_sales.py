"""Entering what was sold at a fair: once, with its day, and taken back with one press."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from shop import clock
from shop.orders.models import OutsideSale
from tests.harness import Harness
from tests.shopper import Shopper, changed, form_on, reason_beside, soup

SALES = "/owner/sales"


def fields(owner: Shopper, **more: str) -> dict[str, str | list[str] | None]:
    return {"variant": owner.variant("petal").sku, "quantity": "2", "note": "Bath spring fair", **more}


def rows(owner: Shopper) -> int:
    with owner.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(OutsideSale)) or 0)


def test_a_sale_is_entered_and_its_gift_stands_in_the_finance_pages(owner: Shopper, harness: Harness) -> None:
    before = harness.level("petal").on_hand
    assert owner.send(SALES, SALES, fields(owner)).location == SALES
    page = owner.get(SALES)
    assert "£10.00 of it is for the charity." in page.text
    assert "2 Petal, Sterling silver, 16 in" in page.text
    assert "owner@example.com" in page.text
    assert harness.level("petal").on_hand == before - 2
    finance = owner.get("/finance/")
    assert len([row for row in soup(finance).select("tbody tr") if "OS-" in row.text]) == 2
    assert "£10.00" in soup(finance).select_one(".stats").text  # type: ignore[union-attr]
    assert "£10.00" in Shopper(owner.app).get("/giving").text


@pytest.mark.parametrize("before", ["9" * 20, "x"])
def test_a_page_from_what_is_no_sale_is_the_latest(owner: Shopper, before: str) -> None:
    assert owner.get(f"{SALES}?before={before}").status_code == 200


def test_a_double_press_is_one_sale(owner: Shopper, harness: Harness) -> None:
    before = harness.level("petal").on_hand
    sent = changed(form_on(owner.get(SALES), SALES)[1], fields(owner))
    assert [owner.post(SALES, sent).status_code for _ in range(2)] == [303, 303]
    assert (rows(owner), harness.level("petal").on_hand, harness.given()) == (1, before - 2, 1000)
    other = owner.post(SALES, changed(sent, {"quantity": "3"}))
    assert other.status_code == 409
    assert "sent before with something else" in reason_beside(other, "variant")
    assert rows(owner) == 1


def test_it_is_taken_back_with_one_press_and_twice_is_once(owner: Shopper, harness: Harness) -> None:
    before = harness.level("petal").on_hand
    owner.send(SALES, SALES, fields(owner))
    action = str(soup(owner.get(SALES)).select_one(f"form[action^='{SALES}/']")["action"])  # type: ignore[index]
    _, sent = form_on(owner.get(SALES), action)
    for said in ("The sale is taken back", "was taken back before"):
        assert owner.post(action, sent).status_code == 303
        assert said in owner.get(SALES).text
    assert (harness.level("petal").on_hand, harness.given(), rows(owner)) == (before, 0, 2)


TOMORROW = (clock.in_britain(datetime.now(UTC)) + timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(("field", "value", "said"), [
    ("variant", "NO-SUCH", "choose the piece"),
    ("variant", "", "choose the piece"),
    ("quantity", "0", "from 1 to 100"),
    ("quantity", "-1", "from 1 to 100"),
    ("quantity", "101", "from 1 to 100"),
    ("quantity", "two", "whole number"),
    ("sold_on", TOMORROW, "has not come yet"),
    ("sold_on", "0026-11-01", "look at the year"),
    ("sold_on", "2026-02-30", "We cannot tell which day"),
    ("sold_on", "", "day of the sale"),
    ("note", "a\x07", "cannot be printed"),
    ("note", "n" * 201, "200 characters"),
])  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field_and_stays(
    owner: Shopper, field: str, value: str, said: str
) -> None:
    answer = owner.send(SALES, SALES, fields(owner, **{field: value}))
    assert answer.status_code == 422
    assert said in reason_beside(answer, field)
    assert form_on(answer, SALES)[1]["note"].startswith(("Bath", "a", "n"))
    assert rows(owner) == 0


def test_more_than_there_are_are_refused_and_what_was_typed_stays(owner: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 1)
    answer = owner.send(SALES, SALES, fields(owner))
    assert answer.status_code == 409
    assert "1 is free" in reason_beside(answer, "quantity")
    assert form_on(answer, SALES)[1]["quantity"] == "2"
    assert (rows(owner), harness.given()) == (0, 0)
    assert owner.send(SALES, SALES, fields(owner, counted="y")).status_code == 303
    assert (harness.level("petal").on_hand, harness.given()) == (1, 1000)
