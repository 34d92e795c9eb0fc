"""Whoever hears the pages of a basket and of an order is told each thing once, in time, and what it is."""

from datetime import UTC, datetime

import pytest
from bs4 import Tag
from flask import Flask

from shop import clock
from shop.engraving.engraving import HAND
from tests.corrections.conftest import Bought, buys
from tests.fulfilment.conftest import Bench
from tests.planning.test_one_day_everywhere import pay
from tests.shopper import Shopper, harness_of, soup

MONDAY = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
GIVES = "goes to PANDAS"


@pytest.fixture
def bought(app: Flask) -> Bought:
    """A Disc with the word Wren, and a Petal."""
    return buys(app, Bench(harness_of(app)), ("disc", "Wren"), ("petal", ""))


def heard(who: Shopper, address: str) -> str:
    return text(soup(who.get(address)).main)


def text(part: Tag | None) -> str:
    assert part
    return " ".join(part.get_text(" ").split())


def says_after(bought: Bought, page: str, action: str, **fields: str | None) -> str:
    """What the order's page says first, once a form was sent."""
    assert bought.buyer.send(f"{bought.page}{page}", f"{bought.page}{action}", fields).status_code == 303
    return text(soup(bought.buyer.get(bought.page)).select_one("[role=status]"))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (MONDAY, "That may be as soon as today. Once we have begun, your order’s page says so."),
        (SATURDAY, "We are next at the bench on Monday 30 November, and may begin then."),
    ],
    ids=["a day of work", "a Saturday"],
)
def test_a_buyer_learns_on_which_day_engraving_may_begin_at_the_earliest(
    app: Flask, monkeypatch: pytest.MonkeyPatch, now: datetime, said: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    buyer = Shopper(app)
    buyer.to_payment()
    thanks = pay(buyer)
    order = str(soup(thanks).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    until = f"You can change the words until we begin to engrave. {said}"
    assert until in text(soup(thanks).main)
    assert until in heard(buyer, order)


def test_words_that_are_drawn_by_hand_first_have_no_such_day(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add(engraving_front_1="ᏣᎳᎩ", face=HAND)
    buyer.tell_details()
    said = text(soup(pay(buyer)).main)
    assert "You can change the words until we begin to engrave." in said
    assert "may be as soon as" not in said
    assert "next at the bench" not in said


def test_the_order_says_all_that_can_be_changed_on_its_page_and_until_when(bought: Bought) -> None:
    assert (
        "Until we begin to engrave, you can change the words, the metal or chain and the days you asked for "
        "here. Until it is packed, you can change the dedication here. "
        "Until it is posted, you can change the address and the message here."
    ) in heard(bought.buyer, bought.page)


def test_what_was_changed_is_said_by_its_name(bought: Bought) -> None:
    said = says_after(bought, "/delivery", "/delivery", line1="41 Well Lane", town="York")
    assert said == "Saved. You changed the address. An e-mail says so."
    said = says_after(bought, "/delivery", "/delivery", gift_message="For you", needed_by="1 August")
    assert said == "Saved. You changed the message and day you need it by. An e-mail says so."
    said = says_after(bought, "/lines/1/dedication", "/lines/1/dedication", dedication="Always")
    assert said == "Saved. You changed the dedication. An e-mail says so."


def test_nothing_on_the_page_of_an_order_leads_to_a_piece_that_would_not_belong_to_it(bought: Bought) -> None:
    page = soup(bought.buyer.get(f"{bought.page}/lines/1/words"))
    assert not page.main.select("a[href*='/artwork/']")  # type: ignore[union-attr]
    assert "Handwriting, a print or a drawing cannot be added here." in text(page.main)


def test_the_slip_is_a_part_of_the_page_with_a_heading(app: Flask) -> None:
    page = soup(Shopper(app).to_payment())
    slip = page.select_one(".printed-slip")
    assert slip
    assert (slip.name, slip["aria-label"]) == ("section", "Slip")
    assert slip.h3
    assert slip.h3.text == "On the slip in the box"


def test_a_line_of_the_basket_is_heard_from_its_name_on(anyone: Shopper) -> None:
    anyone.add()
    line = soup(anyone.get("/basket")).select_one(".line")
    assert line
    first, *_ = line.select("h2, svg[role=img], img")
    assert first.name == "h2"
    proof = line.select_one(".line-proof svg")
    assert proof
    assert str(proof["aria-label"]).startswith("Exactly what is cut. Front: “Caoimhe”")


def test_the_dedication_is_read_in_the_basket_and_all_that_was_typed_after_paying(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    assert "For you, always" in heard(buyer, "/basket")
    buyer.tell_details()
    said = text(soup(pay(buyer)).main)
    for typed in ("For you, always", "With love", "12 Quiet Street", "Ada Byron"):
        assert typed in said, typed


def test_a_total_is_from_a_sum_only_while_no_postage_was_chosen(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    assert "Total, from £87.60" in heard(buyer, "/basket")
    buyer.tell_details()
    said = heard(buyer, "/basket")
    assert "Royal Mail Tracked 24 £4.50" in said
    assert "Total £88.50" in said
    assert ", from" not in said
    assert "Should it go elsewhere?" not in said


def test_what_is_given_is_heard_once_on_a_page(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    buyer.tell_details(as_gift=None, **{"gift-is": "no"})
    assert heard(buyer, "/basket").count(GIVES) == 1
    assert heard(buyer, "/checkout/payment").count(GIVES) == 1
    thanks = pay(buyer)
    assert text(soup(thanks).main).count(GIVES) == 1


def test_a_hidden_part_of_a_name_begins_with_no_sign_that_stands_alone(bought: Bought) -> None:
    shown = soup(bought.buyer.get(bought.page))
    hidden = [each.text for each in shown.select("main .visually-hidden")]
    assert hidden
    assert [said for said in hidden if said.strip()[0] in ":,"] == []
