"""What an order's page says is so at each moment: where the parcel is, and what can still be done."""

from datetime import timedelta

import pytest
from flask import Flask

from shop import clock
from shop.fulfilment.stages import Action, Undelivered
from shop.fulfilment.undelivered import come_back
from shop.orders.models import Order
from shop.web.dates import weekday
from tests.corrections.conftest import Bought, buys
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.shopper import Shopper, harness_of, soup

NUMBER = "AB123456789GB"
CHANGE_WORDS = "Until we begin to engrave, you can change the words"
ONLY_WHEN_POSTED = "Only tell me when it is posted"


@pytest.fixture
def bought(app: Flask) -> Bought:
    """A Disc with the word Wren, and a Petal, promised for next week."""
    found = buys(app, Bench(harness_of(app)), ("disc", "Wren"), ("petal", ""))
    with found.harness.database.transaction() as session:
        order = session.get_one(Order, found.order)
        order.posted_by = clock.now().date() + timedelta(days=6)
        order.arrives_by = clock.now().date() + timedelta(days=30)
    return found


def page(bought: Bought) -> str:
    return " ".join(soup(bought.buyer.get(bought.page)).get_text(" ").split())


def made(bought: Bought) -> None:
    bought.bench.act(bought.order, 1, *WORDS)
    bought.bench.act(bought.order, 2, *PLAIN)


def test_once_posted_it_says_which_parcel_how_and_under_which_number(bought: Bought) -> None:
    made(bought)
    assert "Posted on" not in page(bought)
    assert "We post it by" in page(bought)
    bought.bench.post(bought.order, 2, tracking=NUMBER)
    shown = page(bought)
    assert "with Royal Mail Tracked 48: 2. Petal" in shown
    assert "1. Disc" not in shown
    assert "We post the rest by" in shown
    assert f"Its tracking number is {NUMBER}" in shown
    link = soup(bought.buyer.get(bought.page)).find("a", string="Track it with Royal Mail")
    assert link
    assert link["href"] == "https://www.royalmail.com/track-your-item"
    bought.bench.post(bought.order, 1)
    shown = page(bought)
    assert "with Royal Mail Tracked 48: 1. Disc" in shown
    assert shown.count("Its tracking number is") == 1


def test_the_day_by_which_it_should_be_there_stays_until_it_has_arrived(bought: Bought) -> None:
    arrives = bought.harness.order(bought.order).arrives_by
    assert arrives
    said = f"it should arrive by {weekday(arrives)}"
    assert said in page(bought)
    made(bought)
    bought.bench.post(bought.order, 1, 2, tracking=NUMBER)
    assert f"It should be there by {weekday(arrives)}" in page(bought)
    bought.buyer.send(bought.page, f"{bought.page}/arrival", {})
    assert "be there by" not in page(bought)
    assert NUMBER in page(bought)


def test_a_parcel_that_came_back_is_not_followed_any_more(bought: Bought) -> None:
    made(bought)
    sent = bought.bench.post(bought.order, 1, 2, tracking=NUMBER)
    with bought.harness.database.transaction() as session:
        come_back(session, bought.order, sent.id, next(iter(Undelivered)), actor="owner")
    assert NUMBER not in page(bought)


def test_words_can_be_changed_here_only_while_some_can(app: Flask, bought: Bought) -> None:
    assert CHANGE_WORDS in page(bought)
    bought.bench.act(bought.order, 1, Action.CHECK, Action.BEGIN)
    assert CHANGE_WORDS not in page(bought)
    assert "We have begun to engrave it." in page(bought)
    plain = buys(app, bought.bench, ("petal", ""))
    assert CHANGE_WORDS not in page(plain)


def test_what_is_posted_is_no_longer_said_to_be_engraved_now(bought: Bought) -> None:
    made(bought)
    assert "It is packed." in page(bought)
    bought.bench.post(bought.order, 1, 2)
    assert "We have begun to engrave it." not in page(bought)
    assert "It was posted." in page(bought)


def test_nothing_is_offered_for_when_it_is_posted_once_it_is(bought: Bought) -> None:
    made(bought)
    bought.bench.post(bought.order, 2)
    assert ONLY_WHEN_POSTED in page(bought)
    bought.bench.post(bought.order, 1)
    assert ONLY_WHEN_POSTED not in page(bought)


def test_of_a_piece_whose_price_went_back_nothing_is_cut(app: Flask, bought: Bought) -> None:
    assert "the only one we cut from" in page(bought)
    bought.bench.refund(bought.order, 1)
    shown = page(bought)
    assert "the only one we cut from" not in shown
    assert "the drawing you approved" in shown
    bought.bench.refund(bought.order, 2)
    assert ONLY_WHEN_POSTED not in page(bought)
    owner, reference = Shopper(app).sign_in("owner"), bought.harness.order(bought.order).reference
    assert "Promised: it is posted by" not in owner.get(f"/owner/orders/{reference}").text


def test_it_says_in_a_sentence_what_it_is_and_the_pages_behind_it_by_their_title(bought: Bought) -> None:
    for path, says in ((bought.page, "Your order: how far it is"), (f"{bought.page}/email", "")):
        shown = soup(bought.buyer.get(path))
        said, title = shown.find("meta", attrs={"name": "description"}), shown.find("title")
        assert said is not None, path
        assert title is not None, path
        assert str(said["content"]).startswith(says or title.get_text()), path
