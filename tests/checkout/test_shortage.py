"""Whoever asks for more than there are is told which piece and how many can be had, and loses nothing."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop import stock
from tests.harness import Harness
from tests.shopper import DETAILS, WORDS, Shopper, changed, form_on, harness_of, reason_beside, soup, summary

PETAL = "Petal in Sterling silver, 16 inch chain"
TOO_MANY = "You have {} of the " + PETAL + ", in your basket, and {} can be had. To go on, please take {} out"


@pytest.fixture
def shopper(app: Flask) -> Shopper:
    return Shopper(app)


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


def said(page: TestResponse) -> str:
    """The summary above the page."""
    return " ".join(summary(page).values())


def put_in(shopper: Shopper, number: int, slug: str = "petal") -> None:
    for _ in range(number):
        assert shopper.add(slug).status_code == 303


def test_of_seven_where_three_are_left_the_piece_and_the_three_are_named(
    shopper: Shopper, harness: Harness
) -> None:
    harness.set_stock("petal", 3)
    put_in(shopper, 7)
    basket = shopper.get("/basket")
    assert TOO_MANY.format(7, 3, 4) in said(basket)
    shopper.tell_details()
    refused = shopper.press_pay()
    assert refused.status_code == 422
    assert list(summary(refused)) == [f"#line-{shopper.lines()[3]}"], "the first that is too much, once"
    assert TOO_MANY.format(7, 3, 4) in said(refused)
    assert "set aside for somebody else" not in refused.text
    assert (harness.level("petal").reserved, len(shopper.lines())) == (0, 7)


def test_once_what_is_too_much_was_taken_out_the_rest_can_be_paid_for(
    shopper: Shopper, harness: Harness
) -> None:
    harness.set_stock("petal", 3)
    put_in(shopper, 4)
    shopper.tell_details()
    extra = f"/basket/lines/{shopper.lines()[3]}/removal"
    assert shopper.send("/basket", extra).status_code == 303
    assert said(shopper.get("/basket")) == ""
    assert shopper.press_pay(unreserved="y").status_code == 303


def test_two_lines_with_other_words_are_two_of_the_same(shopper: Shopper, harness: Harness) -> None:
    harness.set_stock("disc", 1)
    put_in(shopper, 2, "disc")
    shopper.tell_details()
    refused = shopper.press_pay()
    assert "You have 2 of the Disc in Sterling silver, 16 inch chain, in your basket, and 1 can" in said(
        refused
    )
    assert WORDS["engraving-front-1"] in refused.text
    assert form_on(refused, "/checkout/payment")[1]["acknowledged"] == "y"


def test_two_variants_of_a_piece_are_not_counted_together(shopper: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 1)
    put_in(shopper, 1)
    shopper.add("petal", number=1)
    assert said(shopper.get("/basket")) == ""


def test_a_basket_that_grew_in_another_tab_says_what_is_too_much(shopper: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 2)
    put_in(shopper, 2)
    shopper.tell_details()
    _, sent = form_on(shopper.get("/checkout/payment"), "/checkout/payment")
    put_in(shopper, 1)
    refused = shopper.post("/checkout/payment", sent)
    assert refused.status_code == 422
    assert TOO_MANY.format(3, 2, 1) in said(refused)


def test_what_somebody_orders_between_the_last_look_and_the_press_is_named(
    shopper: Shopper, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.set_stock("petal", 4)
    put_in(shopper, 2)
    shopper.tell_details()
    _, sent = form_on(shopper.get("/checkout/payment"), "/checkout/payment")
    place_hold = stock.place_hold

    def others_first(*asked: object, **how: object) -> int:
        raise stock.SoldOut({shopper.variant("petal").id: 1})

    monkeypatch.setattr(stock, "place_hold", others_first)
    refused = shopper.post("/checkout/payment", sent)
    monkeypatch.setattr(stock, "place_hold", place_hold)
    assert refused.status_code == 409
    beside = reason_beside(refused, "pay")
    assert beside.startswith("Somebody else was a moment faster. Nothing was charged")
    assert TOO_MANY.format(2, 1, 1) in beside
    assert shopper.post("/checkout/payment", form_on(refused)[1]).status_code == 303, "nothing was lost"


def test_what_is_set_aside_for_ones_own_order_can_be_had(shopper: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 2)
    put_in(shopper, 2)
    shopper.tell_details()
    assert shopper.press_pay(unreserved="y").status_code == 303
    assert said(shopper.get("/basket")) == "", "while the payment page is open"
    put_in(shopper, 1)
    assert TOO_MANY.format(3, 2, 1) in said(shopper.get("/basket"))
    assert said(Shopper(shopper.app).get("/basket")) == ""


def test_no_piece_says_how_many_there_are_to_whoever_did_not_ask_for_too_many(
    shopper: Shopper, harness: Harness
) -> None:
    harness.set_stock("petal", 1)
    put_in(shopper, 1)
    for address in ("/pieces/petal", "/pieces", "/basket"):
        assert "can be had" not in soup(shopper.get(address)).text


def test_details_that_were_typed_stay(shopper: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 1)
    put_in(shopper, 2)
    shopper.tell_details()
    assert shopper.press_pay().status_code == 422
    assert form_on(shopper.get("/checkout"), "/checkout")[1]["line1"] == DETAILS["line1"]
    assert changed(form_on(shopper.get("/checkout"), "/checkout")[1], {})["town"] == DETAILS["town"]
