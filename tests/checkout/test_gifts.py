"""A gift at the checkout: what is said before anything is typed, and whose name is meant."""

import pytest
from flask import Flask

from tests.shopper import Shopper, soup


@pytest.fixture
def buyer(app: Flask) -> Shopper:
    shopper = Shopper(app)
    shopper.add("petal")
    return shopper


def test_one_address_and_no_price_in_the_box_are_said_before_anything_is_typed(buyer: Shopper) -> None:
    main = soup(buyer.get("/checkout")).main
    assert main
    before = main.text.partition(main.select_one("label").text)[0]
    for said in (
        "one address an order",
        "For a second address, please place a second order",
        "no price is in the box",
    ):
        assert said in " ".join(before.split())


def test_labels_say_whose_name_is_meant_in_the_order_in_which_one_is_asked(buyer: Shopper) -> None:
    form = soup(buyer.get("/checkout")).select_one("form:has(#name)")
    asked = [label["for"] for label in form.select("label.label, .check label")]
    assert [name for name in asked if name in {"name", "line1", "as_gift", "buyer_name", "gift_message"}] == [
        "name",
        "line1",
        "as_gift",
        "buyer_name",
        "gift_message",
    ]
    assert form.select_one("label[for=name]").text.strip() == "Who is it for?"
    assert "So that we greet you" in form.select_one("#buyer_name-hint").text


def test_the_delivery_page_says_that_there_are_no_codes_and_no_gift_cards_and_why(app: Flask) -> None:
    said = " ".join(soup(Shopper(app).get("/delivery")).select_one("#gifts").text.split())
    assert "no discount codes: everybody pays the same price" in said
    assert "no gift cards either: the piece itself is the gift" in said


def test_the_slip_is_shown_before_paying_as_it_will_be_printed(buyer: Shopper) -> None:
    gift = {"as_gift": "y", "buyer_name": "Grace Hopper", "gift_message": "With  love,\nG"}
    assert buyer.tell_details(**gift).status_code == 303
    slip = soup(buyer.get("/checkout/payment")).select_one(".printed-slip .sheet")
    assert slip
    words = ["Ada Byron", "A gift from Grace Hopper", gift["gift_message"]]
    assert [own.text for own in slip.select(".own-words")] == words
    said = " ".join(slip.text.split())
    assert "For Ada Byron A gift from Grace Hopper With love, G In this parcel Petal" in said
    assert "£" not in said
    assert "Bath" not in said, "the address is on the parcel alone"


def test_who_has_no_gift_and_no_message_is_shown_no_slip(buyer: Shopper) -> None:
    buyer.tell_details(as_gift=None, buyer_name="Grace", gift_message="")
    assert not soup(buyer.get("/checkout/payment")).select(".printed-slip")
