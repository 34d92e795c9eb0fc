"""/orders: the page says the same whether or not there is an order; only the e-mail knows."""

import pytest
from flask import Flask

from tests.shopper import Shopper, reason_beside, soup, summary, title, trade_of
from tests.trade import Trade


def asks(her: Shopper, email: str):
    return her.send("/orders", "/orders/links", {"email": email})


@pytest.fixture
def trade(app: Flask) -> Trade:
    return trade_of(app)


@pytest.fixture
def ordered(trade: Trade) -> int:
    order_id = trade.place("petal")
    trade.pays(order_id)
    trade.looks(order_id)
    return order_id


def test_the_answer_is_the_same_with_and_without_an_order(her: Shopper, ordered: int, trade: Trade) -> None:
    pages = []
    for email in ("ada@example.com", "nobody@example.com"):
        answer = asks(her, email)
        assert answer.status_code == 303
        pages.append(her.get(answer.headers["Location"]).text)
    assert pages[0] == pages[1]
    assert "If something was ordered with that e-mail address" in pages[0]
    assert trade.emails(ordered).count("order-link") == 1


@pytest.mark.parametrize(("email", "said"), [
    ("", "Please enter the e-mail address you ordered with."),
    ("ada at example", "This does not look like an e-mail address. It should be like name@example.com."),
    ("a" * 250 + "@b.example", "This can be 254 characters at most; it has 260."),
    ("a\0@example.com", "This has a character that cannot be printed. Please type it again."),
])  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field_and_kept(her: Shopper, email: str, said: str) -> None:
    answer = asks(her, email)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert reason_beside(answer, "email") == said
    assert soup(answer).find(id="email")["value"].replace("\ufffd", "\0") == email


def test_the_address_of_a_refused_form_leads_back_to_the_empty_one(her: Shopper) -> None:
    assert her.get("/orders/links").headers["Location"] == "/orders"


def test_the_address_of_a_refused_piece_leads_to_the_basket(her: Shopper) -> None:
    assert her.get("/basket/lines").headers["Location"] == "/basket"


def test_a_page_that_lay_open_for_days_keeps_what_was_typed(her: Shopper) -> None:
    answer = her.client.post("/orders/links", data={"csrf_token": "1.x", "email": "ada@example.com"})
    assert answer.status_code == 422
    assert "Nothing you wrote is lost" in summary(answer)[""]
    assert soup(answer).find(id="email")["value"] == "ada@example.com"


def test_who_asks_again_and_again_is_asked_to_wait(her: Shopper) -> None:
    for _ in range(5):
        assert asks(her, "ada@example.com").status_code == 303
    answer = asks(her, "bea@example.com")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Please wait a minute" in reason_beside(answer, "email")


def test_the_foot_of_every_page_leads_there_and_search_engines_do_not(her: Shopper) -> None:
    assert soup(her.get("/support")).select_one("footer a[href='/orders']")
    page = her.get("/orders")
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert "Set-Cookie" not in page.headers


def test_an_order_whose_link_is_unknown_says_how_to_have_it_sent(her: Shopper) -> None:
    assert soup(her.get("/orders/nothing")).select_one("main a[href='/orders']")
