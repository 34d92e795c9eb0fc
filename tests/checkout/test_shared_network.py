"""One visitor cannot hold everything, and nobody who shares their network is turned away for it."""

import dataclasses
import re

import pytest
from flask import Flask
from sqlalchemy import select

from shop import stock
from shop.application import create_app
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments.sweep import sweep
from shop.settings import Settings
from shop.stock.models import Hold
from shop.stock.shares import MOST_HOLDS
from tests.shopper import Shopper, changed, form_on, harness_of, soup, title

both = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])


def somebody(app: Flask, address: str, forwarded: str | None = None) -> Shopper:
    """A visitor with no cookies, at this address."""
    visitor = Shopper(app)
    visitor.client.environ_base["REMOTE_ADDR"] = address
    if forwarded:
        visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    return visitor


def goes_to_pay(visitor: Shopper, *slugs: str, number: int = 0) -> int:
    for slug in slugs:
        assert visitor.add(slug, number).status_code == 303
    visitor.tell_details()
    return visitor.press_pay().status_code


def orders(app: Flask) -> list[Order]:
    with app.extensions["shop"].database.reading() as session:
        return list(session.scalars(select(Order).order_by(Order.id)))


def takes_all_it_can(app: Flask, address: str, *slugs: str) -> None:
    """One visitor after the other at one address, each with new cookies, until nothing more is set aside."""
    before = -1
    while (now := pieces_held(app)) > before:
        before = now
        assert goes_to_pay(somebody(app, address), *slugs) == 303


def pieces_held(app: Flask) -> int:
    with app.extensions["shop"].database.reading() as session:
        return sum(level.reserved for level in stock.levels(session).values())


def told(visitor: Shopper) -> str:
    """What the last look says, before the button is pressed, of pieces that are not set aside; or nothing."""
    notices = [notice.text for notice in soup(visitor.get("/checkout/payment")).select(".notice")]
    return "".join(text for text in notices if "not set aside" in text)


@both
def test_new_cookies_bring_no_more_than_half_of_a_piece(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 8)
    takes_all_it_can(app, "198.51.100.7", "petal")
    assert harness.level("petal").reserved == 4
    assert goes_to_pay(somebody(app, "203.0.113.9"), "petal") == 303


@both
def test_addresses_of_one_site_of_ipv6_bring_no_more_than_half_of_a_piece(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 8)
    for number in range(8):
        takes_all_it_can(app, f"2001:db8:1:{number:x}::1", "petal")
    assert harness.level("petal").reserved == 4
    assert goes_to_pay(somebody(app, "2001:db8:2:1::1"), "petal") == 303
    assert harness.level("petal").reserved == 5


@both
def test_whoever_shares_the_network_is_told_kindly_before_paying_where_few_are_left(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 8)
    takes_all_it_can(app, "198.51.100.7", "petal")
    family = somebody(app, "198.51.100.7")
    for _ in range(3):
        family.add("petal")
    family.tell_details()
    sentence = told(family)
    assert "all of your money comes back" in sentence
    assert not re.search(r"too many|limit|abuse|refus|!", sentence, re.IGNORECASE)
    assert not title(family.get("/checkout/payment")).startswith("Error"), "nothing is wrong"
    assert family.press_pay().status_code == 303, "and pays with one press"
    assert harness.level("petal").reserved == 4, "nothing more is set aside"
    order = orders(app)[-1].id
    harness.pays(order)
    assert harness.sync(order) is State.PAID
    assert harness.level("petal").on_hand == 5
    assert harness.sound() == []


@both
def test_where_plenty_is_left_nobody_is_told_or_asked_anything(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 20)
    takes_all_it_can(app, "198.51.100.7", "petal")
    family = somebody(app, "198.51.100.7")
    for _ in range(3):
        family.add("petal")
    family.tell_details()
    assert told(family) == ""
    assert family.press_pay().status_code == 303
    assert harness.level("petal").reserved == MOST_HOLDS, "nothing more is set aside"
    order = orders(app)[-1].id
    harness.pays(order)
    assert harness.sync(order) is State.PAID


def test_the_others_of_a_network_may_come_between_the_last_look_and_the_button(app: Flask) -> None:
    harness_of(app).set_stock("petal", 4)
    visitor = somebody(app, "198.51.100.7")
    visitor.add("petal")
    visitor.tell_details()
    _, looked_at = form_on(visitor.get("/checkout/payment"))
    takes_all_it_can(app, "198.51.100.7", "petal")
    asked = visitor.post("/checkout/payment", looked_at)
    assert asked.status_code == 409, "it is never left unsaid"
    assert "all of your money comes back" in soup(asked).select_one(".notice").text  # type: ignore[union-attr]
    _, again = form_on(asked, "/checkout/payment")
    assert visitor.post("/checkout/payment", again).status_code == 303


def test_what_is_set_aside_for_this_basket_already_is_no_reason_to_say_anything(app: Flask) -> None:
    harness_of(app).set_stock("petal", 2)
    visitor = somebody(app, "198.51.100.7")
    assert goes_to_pay(visitor, "petal") == 303
    assert told(visitor) == ""
    visitor.add("disc")
    assert told(visitor) == ""
    assert visitor.press_pay().status_code == 303


def test_a_basket_that_asks_for_more_than_may_be_set_aside_is_told_too(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 3)
    family = somebody(app, "198.51.100.7")
    for _ in range(3):
        family.add("petal")
    family.tell_details()
    assert "Few are left" in told(family)
    assert family.press_pay().status_code == 303
    assert harness.level("petal").reserved == 0


def test_three_pieces_for_a_family_are_set_aside_without_a_word(app: Flask) -> None:
    assert goes_to_pay(somebody(app, "198.51.100.7"), "petal", "disc", "heart") == 303
    assert goes_to_pay(somebody(app, "198.51.100.7"), "petal", "petal", "petal", number=1) == 303
    assert {harness_of(app).level(slug).reserved for slug in ("petal", "disc", "heart")} == {1}


@pytest.mark.parametrize("left", [1, 2])
def test_the_last_piece_can_be_bought_from_any_network(app: Flask, left: int) -> None:
    harness_of(app).set_stock("petal", left)
    assert goes_to_pay(somebody(app, "198.51.100.7"), "petal") == 303


def test_not_set_aside_and_sold_meanwhile_gives_every_penny_back(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 2)
    assert goes_to_pay(somebody(app, "198.51.100.7"), "petal") == 303
    second = somebody(app, "198.51.100.7")
    assert goes_to_pay(second, "petal") == 303
    assert goes_to_pay(somebody(app, "203.0.113.9"), "petal") == 303
    waiting = orders(app)[1].id
    harness.pays(waiting)
    assert harness.sync(waiting) is State.REFUNDED
    assert harness.kept_pence(waiting) == 0
    assert harness.emails(waiting) == ["sold-out"]


def test_what_is_gone_is_sold_out_for_who_would_pay_without_its_being_set_aside(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 2)
    late = somebody(app, "198.51.100.7")
    late.add("petal")
    late.tell_details()
    takes_all_it_can(app, "198.51.100.7", "petal")
    goes_to_pay(somebody(app, "203.0.113.9"), "petal")
    assert late.press_pay(unreserved="y").status_code in {409, 422}
    assert harness.level("petal").reserved == 2


def test_an_order_whose_pieces_are_not_set_aside_ends_like_any_other(app: Flask) -> None:
    harness = harness_of(app)
    harness.set_stock("petal", 2)
    goes_to_pay(somebody(app, "198.51.100.7"), "petal")
    second = somebody(app, "198.51.100.7")
    goes_to_pay(second, "petal")
    assert pieces_held(app) == 1
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert [order.state for order in orders(app)] == [State.EXPIRED, State.EXPIRED]
    assert harness.sound() == []


def test_a_basket_has_one_order_waiting_to_be_paid_however_it_changes(app: Flask) -> None:
    visitor = somebody(app, "198.51.100.7")
    goes_to_pay(visitor, "petal")
    for slug in ("disc", "heart", "thread"):
        visitor.add(slug)
        assert visitor.press_pay().status_code == 303
    states = [order.state for order in orders(app)]
    assert states == [State.EXPIRED] * 3 + [State.AWAITING]


def test_a_sixty_four_of_ipv6_is_one_network_and_another_site_has_a_share_of_its_own(app: Flask) -> None:
    harness_of(app).set_stock("petal", 3)
    assert goes_to_pay(somebody(app, "2001:db8:1:1::1"), "petal") == 303
    assert goes_to_pay(somebody(app, "2001:db8:1:1:ffff::2"), "petal") == 303
    assert goes_to_pay(somebody(app, "2001:db8:1:1:abcd::3"), "petal") == 303
    assert pieces_held(app) == 2
    assert goes_to_pay(somebody(app, "2001:db8:2:1::1"), "petal") == 303
    assert pieces_held(app) == 3


def test_the_network_is_kept_as_a_keyed_digest_while_the_page_is_open_and_not_longer(app: Flask) -> None:
    harness = harness_of(app)
    goes_to_pay(somebody(app, "198.51.100.7"), "petal")
    with harness.database.reading() as session:
        network = session.scalars(select(Hold.network)).one()
    assert network is not None
    assert re.fullmatch(r"[0-9a-f]{64}", network)
    order = orders(app)[0].id
    harness.pays(order)
    harness.sync(order)
    with harness.database.reading() as session:
        assert session.scalars(select(Hold.network)).all() == [None]


@pytest.mark.parametrize(("proxies", "apart"), [(0, False), (1, True)])
def test_who_is_asking_is_said_by_as_many_proxies_as_are_ours(
    settings: Settings, proxies: int, apart: bool
) -> None:
    app = create_app(dataclasses.replace(settings, proxies=proxies))
    app.testing = True
    harness_of(app).set_stock("petal", 2)
    assert goes_to_pay(somebody(app, "127.0.0.1", "203.0.113.1"), "petal") == 303
    assert goes_to_pay(somebody(app, "127.0.0.1", "203.0.113.2"), "petal") == 303
    assert pieces_held(app) == (2 if apart else 1)
    app.extensions["shop"].database.dispose()


def test_a_form_that_says_so_by_itself_is_still_served_with_stock_set_aside(app: Flask) -> None:
    visitor = somebody(app, "198.51.100.7")
    visitor.add("petal")
    visitor.tell_details()
    _, sent = form_on(visitor.get("/checkout/payment"))
    assert visitor.post("/checkout/payment", changed(sent, {"unreserved": "y"})).status_code == 303
    assert harness_of(app).level("petal").reserved == 1
