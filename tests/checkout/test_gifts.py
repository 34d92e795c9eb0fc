"""A gift at the checkout: what is said before anything is typed, and whose name is meant."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.shopper import DETAILS, Shopper, changed, form_on, soup


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
        "as_gift",
        "buyer_name",
        "gift_message",
        "name",
        "line1",
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


def forgets_the_tick(buyer: Shopper, **details: str) -> TestResponse:
    told: dict[str, str | list[str] | None] = {**DETAILS, "as_gift": None, "buyer_name": "Jo Lane", **details}
    return buyer.send("/checkout", "/checkout", told)


def answers(buyer: Shopper, page: TestResponse, label: str) -> TestResponse:
    form, sent = form_on(page, "/checkout")
    button = next(button for button in form.select("button[name]") if button.text.strip() == label)
    return buyer.post("/checkout", changed(sent, {str(button["name"]): str(button["value"])}))


def on_the_slip(buyer: Shopper) -> str:
    slip = soup(buyer.get("/checkout/payment")).select_one(".printed-slip")
    assert slip
    return " ".join(slip.text.split())


def test_who_writes_a_name_and_a_message_and_forgets_the_tick_is_asked_and_loses_nothing(
    buyer: Shopper,
) -> None:
    page = forgets_the_tick(buyer)
    question = soup(page).select_one("[role=status][autofocus]")
    assert question
    assert "Is it a gift? You wrote your name and a message" in " ".join(question.text.split())
    assert form_on(page, "/checkout")[1]["gift_message"] == DETAILS["gift_message"]
    assert answers(buyer, page, "Yes, it is a gift").location == "/checkout/payment"
    assert "For Ada Byron A gift from Jo Lane With love" in on_the_slip(buyer)
    assert "PANDAS" not in on_the_slip(buyer)


def test_who_says_that_it_is_no_gift_is_not_asked_again(buyer: Shopper) -> None:
    assert answers(buyer, forgets_the_tick(buyer), "No, it is not a gift").location == "/checkout/payment"
    assert "Jo Lane" not in on_the_slip(buyer)
    assert forgets_the_tick(buyer, town="York").location == "/checkout/payment"


def test_the_answer_is_kept_while_the_address_for_e_mails_is_asked_about(buyer: Shopper) -> None:
    page = forgets_the_tick(buyer, email="ada@gmial.con")
    page = answers(buyer, page, "No, it is not a gift")
    assert "Is this e-mail address right?" in page.text
    assert "Is it a gift?" not in page.text
    assert answers(buyer, page, "Keep mine").location == "/checkout/payment"


def test_a_piece_changed_from_the_last_look_leads_back_to_it(buyer: Shopper) -> None:
    buyer.tell_details()
    link = soup(buyer.get("/checkout/payment")).find("a", href=lambda to: to and "/basket/lines/" in to)
    assert link
    saved = buyer.send(str(link["href"]), str(link["href"]), {"dedication": "For you"})
    assert saved.location == "/checkout/payment"
    assert "Saved. You changed the dedication of your Petal." in buyer.get("/checkout/payment").text
    line = buyer.lines()[0]
    plain = f"/basket/lines/{line}"
    assert buyer.send(plain, plain, {"dedication": "For us"}).location == "/basket"
